// The entry of the program: it chooses the command to run (docs/platforms.md 0).

internal import ArgumentParser
internal import Basics
internal import Glibc
internal import Inference

/// The entry of the program.
enum Launch {
    /// Runs what the arguments ask for and ends the process.
    static func run() -> Never {
        // Read first: Swift finds the arguments in memory next to the environment, and a change of
        // the environment moves it.
        let given = Array(CommandLine.arguments.dropFirst())
        Engine.refuseTelemetry()
        let runtimeAPI = Lambda.runtimeAPI
        let call = Call(given, isInLambda: runtimeAPI != nil)
        do {
            // Lambda starts a function without arguments. This skips ArgumentParser to save start
            // time.
            if let runtimeAPI, call.isPlainLambda { try Lambda.serve([:], from: runtimeAPI) }
            var command = try Amphora.parseAsRoot(
                SettingOptions.completed(call.arguments))
            try command.run()
            exit(EXIT_SUCCESS)
        } catch {
            // A command that ended with a status has printed why. A usage error is one line that
            // says what is wrong; ArgumentParser would add the usage.
            if let status = error as? ExitCode { exit(status.rawValue) }
            guard Amphora.exitCode(for: error) == .validationFailure else {
                Amphora.exit(withError: error)
            }
            let sentence = Amphora.message(for: error)
            if let runtimeAPI, call.isLambda {
                exit(Lambda.refuse("Runtime.InvalidArgument", sentence, to: runtimeAPI))
            }
            complain(sentence)
            exit(EX_USAGE)
        }
    }
}

/// The command line.
struct Amphora: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "amphora",
        abstract: """
            Serves a model over HTTP, as SageMaker expects it, and as a Lambda function: a classifier of \
            pictures, or any other ONNX model.
            """,
        version: Product.version,
        subcommands: [
            Serve.self, Lambda.self, Predict.self, Inspect.self, Convert.self, Verify.self,
            Healthcheck.self,
        ])

    /// Without arguments: prints the help, and exits with the status of a usage error.
    func run() throws {
        print(Amphora.helpMessage())
        throw ExitCode(EX_USAGE)
    }
}
