// The settings as the command line's options.

import ArgumentParser
import Basics
import Serving
import Testing

@testable import App

@Suite struct SettingOptionsTests {
    @Test func `the options of the command line are the table's, in its order`() {
        let labels = Mirror(reflecting: SettingOptions()).children.compactMap(\.label)
        #expect(labels == Configuration.settings.map(\.name))
    }

    @Test func `the command line gives each option to its setting`() throws {
        let values = Configuration.settings.map { ($0.name, "x=\($0.name)") }
        let options = try SettingOptions.parse(values.flatMap { ["--\($0)", $1] })
        #expect(options.given == Dictionary(uniqueKeysWithValues: values))
        #expect(try SettingOptions.parse([]).given.isEmpty)
    }

    @Test(arguments: [
        (["serve", "--strict"], ["serve", "--strict=on"]),
        (["inspect", "--strict", "models/digits"], ["inspect", "--strict=on", "models/digits"]),
        (
            ["serve", "--strict", "off", "--port", "1"],
            ["serve", "--strict", "off", "--port", "1"]
        ),
        (["serve", "--strict=off"], ["serve", "--strict=off"]),
        (["serve", "--port", "--strict"], ["serve", "--port", "--strict=on"]),
        (["serve", "--port"], ["serve", "--port"]),
        (
            ["serve", "--model_name=a", "--model_dir", "/mnt/models", "--http_port=80"],
            ["serve", "--served-name=a", "--model-path", "/mnt/models", "--port=80"]
        ),
    ])
    func `a setting that is on or off may stand alone, and KServe's names are ours`(
        given: [String], completed: [String]
    ) {
        #expect(SettingOptions.completed(given) == completed)
    }
}
