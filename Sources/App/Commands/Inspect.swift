// `amphora inspect`: what a model folder holds, what was decided, and which source decided it.

internal import ArgumentParser
internal import Basics
internal import Glibc
internal import Inference
internal import Serving

/// Describes a model folder.
struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show a model: inputs, outputs, labels, preprocessing, and what decided each.",
        discussion: """
            Loads the model as the handles do, so it shows what they use. Without a folder, it shows \
            the model that serve would load.
            """)

    @Argument(help: ArgumentHelp("A model folder.", valueName: "model-dir"))
    var folder: String?

    @Flag(help: "Print one JSON object, for machines.")
    var json = false

    @OptionGroup var settings: SettingOptions

    func run() throws {
        let configuration = try usable { () throws(InputError) in try settings.configuration() }
        do throws(LoadingFailure) {
            let before = ResidentMemory.bytes()
            let loaded = try load(configuration)
            let inspection = try Inspection(loaded, residentBefore: before)
            if json {
                print(String(decoding: InspectionJSON.text(of: inspection), as: UTF8.self))
            } else {
                InspectionText(isColored: Terminal.showsColors(STDOUT_FILENO)).print(inspection)
            }
        } catch {
            complain(error.sentence)
            throw ExitCode(EXIT_FAILURE)
        }
    }

    private func load(_ configuration: Configuration) throws(LoadingFailure) -> LoadedModel {
        guard let folder else {
            return try LoadedModel(
                configuration, watch: FetchProgress.ifWatched, notify: complain(fetching:))
        }
        return try LoadedModel(folder: folder, configuration)
    }
}
