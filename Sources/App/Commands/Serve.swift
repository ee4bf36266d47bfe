// `amphora serve`: the SageMaker handle.

internal import ArgumentParser
internal import Basics
internal import EventLoop
internal import Glibc
internal import Serving

/// Serves a model over HTTP.
struct Serve: ParsableCommand {
    static let name = "serve"
    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Serve a model over HTTP: GET /ping, POST /invocations.",
        discussion: """
            An option overrides its environment variables. Of several variables, the first one that \
            is set counts.

            \(ExitStatus.help) It is 64 for settings that can't be used.
            """)

    @OptionGroup var settings: SettingOptions

    func run() throws {
        let configuration = try usable { () throws(InputError) in try settings.configuration() }
        let status: CInt
        do throws(SystemError) {
            // Before any other thread exists.
            try Signals.block(Application.endingSignals)
            OpenFiles.raiseLimit()
            let loop = EventLoop(poller: try EpollPoller())
            let application = Application(
                configuration, admission: Admission(configuration), loop: loop,
                watch: FetchProgress.ifWatched)
            status = try application.run(HTTPHandle(application)).rawValue
        } catch {
            complain("\(error)")
            status = EXIT_FAILURE
        }
        throw ExitCode(status)
    }
}

/// The value, or an exit with one line and the status of a usage error (sysexits.h).
func usable<Value>(_ value: () throws(InputError) -> Value) throws -> Value {
    do throws(InputError) {
        return try value()
    } catch {
        complain("\(error)")
        throw ExitCode(EX_USAGE)
    }
}
