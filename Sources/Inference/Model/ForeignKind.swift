// The marks of files that people take for ONNX models. Pure.

/// Kinds of files by their first bytes.
enum ForeignKind {
    private static let torch =
        "torch.onnx.export(model.eval(), example, \"model.onnx\") writes an ONNX file"
    private static let tensorflow = "python -m tf2onnx.convert"

    /// A kind, and what to do; `nil` for bytes that may be ONNX or are unknown.
    static func of(_ head: [UInt8], size: Int) -> (kind: String, remedy: String)? {
        guard !head.isEmpty else { return ("empty", "copy or download it again") }
        if let found = archive(head, size: size) { return found }
        if let found = network(head, size: size) { return found }
        return text(head, size: size)
    }

    // MARK: Networks

    private static func network(_ head: [UInt8], size: Int) -> (kind: String, remedy: String)? {
        if head.starts(with: [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]) {
            return (
                "an HDF5 file, as Keras' .h5",
                "keras.saving.load_model(path).export(\"model.onnx\", format=\"onnx\") makes an ONNX "
                    + "file of it"
            )
        }
        if head.dropFirst(4).starts(with: "TFL3".utf8) {
            return (
                "a TensorFlow Lite model",
                "\(tensorflow) --tflite model.tflite --output model.onnx makes an ONNX file of it"
            )
        }
        if head.starts(with: "GGUF".utf8) {
            return ("a GGUF file of a language model", "a picture classifier as ONNX is needed")
        }
        if isSafetensors(head, size: size) {
            return (
                "a safetensors file: weights without the network",
                "optimum-cli export onnx --model FOLDER onnx/ makes an ONNX file of a Hugging Face "
                    + "folder"
            )
        }
        if head.starts(with: [0x08, 0x01, 0x12]) {
            return (
                "a TensorFlow SavedModel",
                "\(tensorflow) --saved-model FOLDER --output model.onnx makes an ONNX file of it"
            )
        }
        if isCoreML(head) {
            return (
                "a Core ML model", "export the network that it was converted from to ONNX instead"
            )
        }
        if head.first == 0x0A, contains(head.prefix(512), "Placeholder") {
            return (
                "a frozen TensorFlow graph",
                "\(tensorflow) --graphdef FILE --inputs x:0 --outputs y:0 --output model.onnx makes "
                    + "an ONNX file of it"
            )
        }
        return pickle(head)
    }

    private static func pickle(_ head: [UInt8]) -> (kind: String, remedy: String)? {
        guard head.count > 2, head[0] == 0x80, (2...5).contains(head[1]) else { return nil }
        // The number that torch.save of PyTorch before 1.6 begins with.
        if head.dropFirst(2).starts(with: [0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20]) {
            return ("a PyTorch checkpoint of the old kind", torch)
        }
        if contains(head[...], "sklearn") {
            return (
                "a pickle of scikit-learn",
                "skl2onnx.to_onnx(model, X[:1]).SerializeToString() is an ONNX file of it"
            )
        }
        if contains(head[...], "torch") { return ("a pickle of PyTorch", torch) }
        return (
            "a Python pickle",
            "the library that made the model can export it: torch.onnx.export, skl2onnx, tf2onnx"
        )
    }

    /// The length of a JSON header, then the header.
    private static func isSafetensors(_ head: [UInt8], size: Int) -> Bool {
        guard head.count > 9, head[8] == UInt8(ascii: "{") else { return false }
        let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(head[$1]) << UInt64($1 * 8) }
        return length <= UInt64(max(0, size - 8)) && length > 1
    }

    /// The version of the specification, then a message; ONNX has the exporter's name there.
    private static func isCoreML(_ head: [UInt8]) -> Bool {
        guard head.count > 5, head[0] == 0x08, head[2] == 0x12 else { return false }
        let start = head[3] < 0x80 ? 4 : 5
        return head[start] == 0x0A
    }

    // MARK: Archives

    private static func archive(_ head: [UInt8], size: Int) -> (kind: String, remedy: String)? {
        if head.starts(with: [0x50, 0x4B, 0x03, 0x04]) { return zip(zipNames(head)) }
        if head.starts(with: [0x1F, 0x8B]) {
            return (
                "compressed by gzip",
                "`tar -xzf` or `gunzip` unpacks it; an archive is served from its address, "
                    + "--model-name https://…/model.tar.gz"
            )
        }
        if head.count > 262, head[257..<262].elementsEqual("ustar".utf8) {
            return ("a tar archive", "`tar -xf` unpacks it")
        }
        for (mark, name) in [
            ([0x37, 0x7A, 0xBC, 0xAF], "7-Zip"), ([0x28, 0xB5, 0x2F, 0xFD], "Zstandard"),
            ([0xFD, 0x37, 0x7A, 0x58], "xz"), ([0x42, 0x5A, 0x68], "bzip2"),
        ] as [([UInt8], String)] where head.starts(with: mark) {
            return ("compressed by \(name)", "unpack it first")
        }
        return nil
    }

    private static func zip(_ names: [String]) -> (kind: String, remedy: String) {
        if names.contains(where: { $0.hasSuffix("constants.pkl") || $0.contains("/code/") }) {
            return ("a TorchScript archive", torch + " from the model that was scripted")
        }
        if names.contains(where: { $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }) {
            return ("a PyTorch checkpoint", torch)
        }
        if names.contains("config.json"),
            names.contains(where: { $0.hasSuffix(".h5") })
                || names.contains("metadata.json")
        {
            return (
                "a Keras 3 model",
                "keras.saving.load_model(path).export(\"model.onnx\", format=\"onnx\") makes an ONNX "
                    + "file of it"
            )
        }
        if names.contains(where: { $0.hasPrefix("MAR-INF/") }) {
            return ("an archive of TorchServe", "unpack it, and export its model to ONNX")
        }
        if names.contains(where: { $0.hasSuffix(".npy") }) {
            return ("a file of NumPy arrays", "export the network to ONNX instead")
        }
        return ("a zip archive", "`unzip` unpacks it")
    }

    /// The names of the entries that begin in the first bytes (APPNOTE 4.3.7).
    private static func zipNames(_ head: [UInt8]) -> [String] {
        var names: [String] = []
        var position = 0
        while position + 30 < head.count, names.count < 64 {
            guard head[position...].starts(with: [0x50, 0x4B, 0x03, 0x04]) else {
                position += 1
                continue
            }
            let length = Int(head[position + 26]) | Int(head[position + 27]) << 8
            let name = head[(position + 30)...].prefix(length)
            names.append(String(decoding: name, as: UTF8.self))
            position += 30 + length
        }
        return names
    }

    // MARK: Texts

    private static func text(_ head: [UInt8], size: Int) -> (kind: String, remedy: String)? {
        let text = String(decoding: head.prefix(1024), as: UTF8.self)
        let lowercase = text.drop(while: \.isWhitespace).lowercased()
        if lowercase.hasPrefix("version https://git-lfs") {
            return (
                "a pointer of Git LFS, \(size) bytes, and not the file itself",
                "`git lfs pull` in its repository fetches it"
            )
        }
        if lowercase.hasPrefix("<!doctype html") || lowercase.hasPrefix("<html")
            || lowercase.hasPrefix("<head")
        {
            return (
                "an HTML page, as a download gives that asks to log in or was not found",
                "download the file itself; on GitHub and Hugging Face its link has “resolve” or “raw”"
            )
        }
        if lowercase.hasPrefix("<"), lowercase.contains("<net ") || lowercase.contains("<net>") {
            return (
                "a network of OpenVINO",
                "export the model that it was converted from to ONNX instead"
            )
        }
        if lowercase.hasPrefix("<") {
            return ("an XML document", "download the file itself")
        }
        let isText = head.prefix(4096).allSatisfy { byte in
            (0x20..<0x7F).contains(byte) || (0x09...0x0D).contains(byte)
        }
        guard isText else { return nil }
        let line = text.prefix(60).split(whereSeparator: \.isNewline).first ?? ""
        return ("text: “\(line)”", "download or export the file itself")
    }

    private static func contains(_ bytes: ArraySlice<UInt8>, _ word: String) -> Bool {
        let pattern = Array(word.utf8)
        guard bytes.count >= pattern.count else { return false }
        return (bytes.startIndex...(bytes.endIndex - pattern.count)).contains { start in
            bytes[start..<(start + pattern.count)].elementsEqual(pattern)
        }
    }
}
