// The same model with other outputs: tensors inside its graph in place of declared ones.
//
// An engine answers declared outputs only. The file's bytes are copied as they are, except for the
// list of outputs and the ZipMap operators that nothing needs any more: at run time they would make a
// dictionary of texts for every picture. Weights beside the file stay there. Source: onnx.proto.

internal import Basics

extension ModelSource {
    /// The model with the tensors of `outputs` as its outputs; itself where it has them already.
    /// Throws `unreadable`, and `unsupported` if the file can't be followed.
    package func answering(
        _ outputs: [ScoreOutput], in outline: GraphOutline
    ) throws(ModelError) -> ModelSource {
        guard outputs.contains(where: { $0.tensor != $0.name }) else { return self }
        let bytes = try edited(outputs)
        switch self {
        case .file(let path):
            let folder = Path.folder(of: path)
            return .bytes(
                bytes,
                folder: outline.externalFiles.isEmpty ? nil : folder.isEmpty ? "." : folder)
        case .bytes(_, let folder): return .bytes(bytes, folder: folder)
        }
    }

    private func edited(_ outputs: [ScoreOutput]) throws(ModelError) -> [UInt8] {
        var walker = try ProtobufWalker(ByteWindow(self), budget: GraphOutline.fieldBudget)
        let end = walker.window.count
        var graph = 0..<0
        let model = try walker.ranges(of: 0..<end) { _, field throws(ModelError) in
            guard field.number == 7, case .bytes(let content) = field.content else { return true }
            graph = content
            return false
        }
        let unneeded = Set(outputs.filter { $0.operation == "ZipMap" }.map(\.name))
        let kept = try walker.ranges(of: graph) { walker, field throws(ModelError) in
            switch (field.number, field.content) {
            case (1, .bytes(let node)): try !walker.isZipMap(node, making: unneeded)
            case (12, _): false
            default: true
            }
        }
        var ending = ProtobufMessage()
        var tensors: [String] = []
        for output in outputs where !tensors.contains(output.tensor) {
            tensors.append(output.tensor)
            var value = ProtobufMessage()
            value.add(1, text: output.tensor)
            ending.add(12, message: value)
        }
        let graphCount = kept.reduce(ending.count) { $0 + $1.count }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(model.reduce(graphCount + 16) { $0 + $1.count })
        for range in model { bytes += try walker.window.bytes(in: range) }
        bytes += ProtobufMessage.head(7, length: graphCount)
        for range in kept { bytes += try walker.window.bytes(in: range) }
        for case .bytes(let piece) in ending.pieces { bytes += piece }
        return bytes
    }
}

extension ProtobufWalker {
    /// The bytes of a message without the fields that are not kept, neighbours joined. Throws
    /// `unsupported` if the message can't be followed to its end.
    fileprivate mutating func ranges(
        of message: Range<Int>,
        keeping isKept: (inout ProtobufWalker, Field) throws(ModelError) -> Bool
    ) throws(ModelError) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var position = message.lowerBound
        while let field = try field(at: position, before: message.upperBound) {
            if try isKept(&self, field) {
                if let last = ranges.last, last.upperBound == position {
                    ranges[ranges.count - 1] = last.lowerBound..<field.end
                } else {
                    ranges.append(position..<field.end)
                }
            }
            position = field.end
        }
        guard position == message.upperBound else {
            throw .unsupported("the model's file can't be followed to its end")
        }
        return ranges
    }

    /// Whether a NodeProto is a ZipMap that makes one of these values.
    fileprivate mutating func isZipMap(
        _ node: Range<Int>, making values: Set<String>
    ) throws(ModelError) -> Bool {
        var (isZipMap, makes) = (false, false)
        var position = node.lowerBound
        while let field = try field(at: position, before: node.upperBound) {
            position = field.end
            guard case .bytes(let range) = field.content, field.number == 2 || field.number == 4,
                let text = try window.text(in: range, limit: 4096)
            else { continue }
            if field.number == 4 {
                isZipMap = text == "ZipMap"
            } else {
                makes = values.contains(text)
            }
        }
        return isZipMap && makes
    }
}
