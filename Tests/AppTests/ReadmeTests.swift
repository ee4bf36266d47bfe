import Basics
import FoundationEssentials
import Serving
import Testing

@testable import App

/// The README's table of settings is made from the table in the code.
@Suite struct ReadmeTests {
    private static let readme =
        "\(#filePath)".split(separator: "/").dropLast(3)
        .reduce("") { "\($0)/\($1)" } + "/README.md"

    @Test func `the README lists every setting as the code declares it`() throws {
        let text = try String(contentsOfFile: Self.readme, encoding: .utf8)
        let expected = Self.table()
        if Environment.variables()["UPDATE_README"] != nil {
            let start = try #require(text.firstRange(of: "<!-- settings:"))
            let open = try #require(text[start.upperBound...].firstRange(of: "-->\n"))
            let close = try #require(text.firstRange(of: "<!-- end of settings -->"))
            let updated = text[..<open.upperBound] + expected + text[close.lowerBound...]
            try updated.write(toFile: Self.readme, atomically: true, encoding: .utf8)
        }
        let now = try String(contentsOfFile: Self.readme, encoding: .utf8)
        #expect(
            now.contains(expected), "run UPDATE_README=1 swift test --filter ReadmeTests")
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
