// The committed pictures, one of each kind, with the pixels that Pillow or MXNet decodes from them.

/// Written by `tools/make_image_fixtures.py`.
enum PictureFixtures {
    /// Each picture twice: as RGB and as gray.
    static func all() throws -> [RecordedCase] { try read("images.bin") }

    /// MXNet's results; recorded by `tools/record_mxnet.py`.
    static func mxnet() throws -> [RecordedCase] { try read("mxnet.bin") }

    /// TensorFlow's and Keras' results; recorded by `tools/record_tensorflow.py`.
    static func tensorflow() throws -> [RecordedCase] { try read("tensorflow.bin") }

    /// Results of the libraries of presets and frames; recorded by `tools/record_presets.py`.
    static func presets() throws -> [RecordedCase] { try read("presets.bin") }

    /// AMPHORA_TEST_RECORDINGS names a folder with larger recordings by the same tools.
    private static func read(_ name: String) throws -> [RecordedCase] {
        if let folder = environment("AMPHORA_TEST_RECORDINGS"),
            let cases = try? RecordedCase.read("\(folder)/\(name)")
        {
            return cases
        }
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
