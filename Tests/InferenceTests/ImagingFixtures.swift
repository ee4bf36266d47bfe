// The committed pictures, one of every kind, with the pixels that Pillow or MXNet decodes them to.

/// Made by `tools/make_image_fixtures.py`.
enum ImagingFixtures {
    /// Each picture twice: as RGB, as gray.
    static func all() throws -> [RecordedCase] { try read("images.bin") }

    /// What MXNet does to pictures; made by `tools/record_mxnet.py`.
    static func mxnet() throws -> [RecordedCase] { try read("mxnet.bin") }

    private static func read(_ name: String) throws -> [RecordedCase] {
        let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        return try RecordedCase.read("/\(folder)/Fixtures/\(name)")
    }

    /// One picture as RGB.
    static func picture(_ name: String) throws -> RecordedCase {
        guard let found = try all().first(where: { $0.name == "\(name) as RGB" }) else {
            throw UnreadableFile(path: name)
        }
        return found
    }
}
