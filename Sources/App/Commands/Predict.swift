internal import ArgumentParser

/// Classifies pictures in the terminal.
struct Predict: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Classify pictures in the terminal.")
    @OptionGroup var settings: SettingOptions
    @Argument var images: [String]

    func run() throws {}
}
