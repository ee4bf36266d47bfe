// `amphora lambda`, or a handler's name: the Lambda handle.
//
// Without a Runtime API, the process runs outside of AWS: it is replaced by the Lambda emulator,
// which starts it again (`Emulator`).

internal import ArgumentParser
internal import Basics
internal import EventLoop
internal import Glibc
internal import Runtime
internal import Serving

/// Serves a model as a Lambda function.
struct Lambda: ParsableCommand {
    static let name = "lambda"
    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Serve a model as a Lambda function; locally, within the Lambda emulator.",
        discussion: """
            Any other word instead of "lambda" is taken for a handler's name, as Lambda passes it, \
            and does the same. If AWS_LAMBDA_RUNTIME_API is set, no argument is needed.

            \(ExitStatus.help)
            """)

    @Argument(help: "A handler's name, as Lambda passes it; it is ignored.")
    var handler: String?

    @OptionGroup var settings: SettingOptions

    func run() throws {
        guard let address = Self.runtimeAPI else {
            let options = settings.given.sorted { $0.key < $1.key }
            throw ExitCode(
                Emulator.replaceProcess(
                    [handler ?? Self.name] + options.flatMap { ["--\($0.key)", $0.value] }))
        }
        try Self.serve(settings.given, from: address)
    }

    /// The address of the Runtime API; `nil` outside of Lambda.
    static var runtimeAPI: String? {
        unsafe getenv("AWS_LAMBDA_RUNTIME_API").flatMap { address in
            let address = unsafe String(cString: address)
            return address.isEmpty ? nil : address
        }
    }

    /// Serves until the process ends.
    static func serve(_ options: [String: String], from address: String) throws -> Never {
        let environment = Environment.variables()
        let status: CInt
        guard !address.contains("/") else {
            complain(
                "AWS_LAMBDA_RUNTIME_API takes host:port, as Lambda sets it, not “\(address)”")
            throw ExitCode(EX_USAGE)
        }
        do {
            let configuration = try Configuration(
                SettingSources(options: options, environment: environment), for: .lambda)
            // Before any other thread exists.
            try Signals.block(Application.endingSignals)
            OpenFiles.raiseLimit()
            // With one event at a time, only one thread at a time uses the heap.
            if configuration.function.concurrency == nil { Heap.share() }
            let loop = EventLoop(poller: try EpollPoller())
            let application = Application(configuration, admission: .boundedElsewhere, loop: loop)
            let handle = LambdaHandle(
                application, address: address,
                restores: environment["AWS_LAMBDA_INITIALIZATION_TYPE"] == "snap-start")
            status = try application.run(handle).rawValue
        } catch let error as InputError {
            status = refuse("Runtime.InvalidSetting", "\(error)", to: address)
        } catch {
            status = refuse("Runtime.InitError", "\(error)", to: address)
        }
        throw ExitCode(status)
    }

    /// Tells Lambda why the function can't start.
    static func refuse(_ type: String, _ sentence: String, to address: String) -> CInt {
        complain(sentence)
        InitError.report(ErrorReport(type: type, message: sentence), to: address)
        return EXIT_FAILURE
    }
}
