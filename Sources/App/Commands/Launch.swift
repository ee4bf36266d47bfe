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
        Amphora.main(arguments)
        exit(EXIT_SUCCESS)
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
