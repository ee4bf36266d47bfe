import Basics
import FoundationEssentials
import Serving
import Testing

@testable import App

/// The table of docs/settings.md is generated from the declarations in the code.
@Suite struct SettingsDocumentTests {
    private static let document =
        "\(#filePath)".split(separator: "/").dropLast(3)
        .reduce("") { "\($0)/\($1)" } + "/docs/settings.md"

    @Test func `the document lists every setting as the code declares it`() throws {
        let text = try String(contentsOfFile: Self.document, encoding: .utf8)
        let expected = Self.table()
        if Environment.variables()["UPDATE_DOCS"] != nil {
            let start = try #require(text.firstRange(of: "<!-- settings:"))
            let open = try #require(text[start.upperBound...].firstRange(of: "-->\n"))
            let close = try #require(text.firstRange(of: "<!-- end of settings -->"))
            let updated = text[..<open.upperBound] + expected + text[close.lowerBound...]
            try updated.write(toFile: Self.document, atomically: true, encoding: .utf8)
        }
        let now = try String(contentsOfFile: Self.document, encoding: .utf8)
        #expect(
            now.contains(expected), "run UPDATE_DOCS=1 swift test --filter SettingsDocumentTests")
    }

    private static func table() -> String {
        let rows = Configuration.settings.map { setting in
            let names = setting.variables.map { "`\($0.variable)`" }.joined(separator: ", ")
            return "| `--\(setting.name)` | \(names) | \(setting.defaultText) | \(setting.help) |"
        }
        return "| option | environment | default | |\n|---|---|---|---|\n"
            + rows.joined(separator: "\n") + "\n"
    }
}
