// The committed pictures, one of every kind, with the pixels that Pillow decodes them to.

/// Made by `tools/make_image_fixtures.py`.
enum ImagingFixtures {
    /// Each picture twice: as RGB, as gray.
    static func all() throws -> [PillowCase] {
        let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        return try PillowCase.read("/\(folder)/Fixtures/images.bin")
    }

    /// One picture as RGB.
    static func picture(_ name: String) throws -> PillowCase {
        guard let found = try all().first(where: { $0.name == "\(name) as RGB" }) else {
            throw UnreadableFile(path: name)
        }
        return found
    }
}
