// The first decision: what this process is to be, by its first argument (DESIGN §2).

internal import ArgumentParser
internal import Glibc
internal import Inference

/// The entry of the program.
enum Launch {
    /// Runs what the arguments ask for and ends the process.
    static func run() -> Never {
        // Read first: Swift finds the arguments beside the environment, which a change moves away.
        let arguments = Array(CommandLine.arguments.dropFirst())
        Engine.refuseTelemetry()
        do {
            var command = try Amphora.parseAsRoot(arguments)
            try command.run()
            exit(EXIT_SUCCESS)
        } catch {
            // A command that ended with a status has said why. A usage error is one line that says
            // what is wrong; ArgumentParser would add the usage.
            if let status = error as? ExitCode { exit(status.rawValue) }
            guard Amphora.exitCode(for: error) == .validationFailure else {
                Amphora.exit(withError: error)
            }
            complain(Amphora.message(for: error))
            exit(EX_USAGE)
        }
    }
}

/// The command line.
struct Amphora: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "amphora",
        abstract: "Serves an image-classification model over HTTP, as SageMaker expects it.",
        version: Product.version,
        subcommands: [Serve.self, Predict.self])

    /// No argument at all: help, and the status of a usage error.
    func run() throws {
        print(Amphora.helpMessage())
        throw ExitCode(EX_USAGE)
    }
}

/// What this program is called.
enum Product {
    static let version = "0.1.0"
}
