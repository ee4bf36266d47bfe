// Encodes an ONNX graph as the bytes of a model file.
//
// Weights are read from their file during encoding, a megabyte at a time, so that memory holds each
// of them once. Or they stay in their file, as ONNX's external data, and the bytes refer to it.
// Source of the field numbers: onnx.proto.

internal import Tensors

/// Where stored weights go.
package enum WeightPlacement: Equatable {
    /// They are copied into the model's bytes.
    case inside
    /// Aligned float32 weights stay in the file of this name, which lies in the folder that the
    /// engine is given; other weights are copied.
    case external(file: String)
}

extension OnnxGraph {
    /// The size limit of Protocol Buffers, and so of a model file.
    static let sizeLimit = Int(Int32.max)
    private static let chunk = 1 << 20

    /// The model's bytes. Throws `unreadable` if the file of weights ends early and `unsupported`
    /// if the bytes would exceed the format's limit.
    package func encoded(
        weights: consuming ByteWindow, placement: WeightPlacement
    ) throws(ModelError) -> [UInt8] {
        let message = message(placement)
        guard message.count <= Self.sizeLimit else {
            throw .unsupported(
                "the model has \(message.count) bytes as ONNX; at most \(Self.sizeLimit) are "
                    + "possible")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(message.count)
        for piece in message.pieces {
            switch piece {
            case .bytes(let piece): bytes += piece
            case .tensor(.floats(let values)):
                for value in values { bytes.append(littleEndian: value.bitPattern) }
            case .tensor(.integers(let values)):
                for value in values { bytes.append(littleEndian: UInt64(bitPattern: Int64(value))) }
            case .tensor(.stored(let offset, let count, let type)):
                let end = offset + count * type.size
                for start in stride(from: offset, to: end, by: Self.chunk) {
                    let range = start..<min(start + Self.chunk, end)
                    bytes += type.float32Bytes(of: try weights.bytes(in: range))
                }
            }
        }
        return bytes
    }

    // MARK: Messages

    private func message(_ placement: WeightPlacement) -> ProtobufMessage {
        var opset = ProtobufMessage()
        opset.add(1, text: "")
        opset.add(2, integer: Self.opset)
        var model = ProtobufMessage()
        model.add(1, integer: Self.irVersion)
        model.add(2, text: "amphora")
        model.add(7, message: graph(placement))
        model.add(8, message: opset)
        if let guess {
            var note = ProtobufMessage()
            note.add(1, text: Self.guessKey)
            note.add(2, text: guess)
            model.add(14, message: note)
        }
        return model
    }

    private func graph(_ placement: WeightPlacement) -> ProtobufMessage {
        var graph = ProtobufMessage()
        for node in nodes { graph.add(1, message: node.message) }
        graph.add(2, text: name)
        for constant in constants { graph.add(5, message: constant.message(placement)) }
        for input in inputs { graph.add(11, message: input.message) }
        for output in outputs { graph.add(12, message: output.message) }
        return graph
    }
}

extension OnnxNode {
    fileprivate var message: ProtobufMessage {
        var message = ProtobufMessage()
        for input in inputs { message.add(1, text: input) }
        for output in outputs { message.add(2, text: output) }
        message.add(3, text: name)
        message.add(4, text: operation)
        for (name, value) in attributes {
            var attribute = ProtobufMessage()
            attribute.add(1, text: name)
            switch value {
            case .float(let float):
                attribute.add(2, float: float)
                attribute.add(20, integer: 1)
            case .integer(let integer):
                attribute.add(3, integer: integer)
                attribute.add(20, integer: 2)
            case .text(let text):
                attribute.add(4, text: text)
                attribute.add(20, integer: 3)
            case .integers(let integers):
                for integer in integers { attribute.add(8, integer: integer) }
                attribute.add(20, integer: 7)
            }
            message.add(5, message: attribute)
        }
        return message
    }
}

extension OnnxConstant {
    fileprivate func message(_ placement: WeightPlacement) -> ProtobufMessage {
        var message = ProtobufMessage()
        for length in shape { message.add(1, integer: length) }
        if case .integers = content {
            message.add(2, integer: 7)
        } else {
            message.add(2, integer: ElementType.float32.code)
        }
        message.add(8, text: name)
        if case .external(let file) = placement,
            case .stored(let offset, _, .float32) = content, offset % 4 == 0
        {
            let entries = [
                ("location", file), ("offset", "\(offset)"), ("length", "\(content.byteCount)"),
            ]
            for (key, value) in entries {
                var entry = ProtobufMessage()
                entry.add(1, text: key)
                entry.add(2, text: value)
                message.add(13, message: entry)
            }
            message.add(14, integer: 1)
        } else {
            message.add(9, tensor: content)
        }
        return message
    }
}

extension OnnxValue {
    fileprivate var message: ProtobufMessage {
        var dimensions = ProtobufMessage()
        for length in shape {
            var dimension = ProtobufMessage()
            switch length {
            case .fixed(let length): dimension.add(1, integer: length)
            case .open(let name): dimension.add(2, text: name)
            }
            dimensions.add(1, message: dimension)
        }
        var tensor = ProtobufMessage()
        tensor.add(1, integer: ElementType.float32.code)
        tensor.add(2, message: dimensions)
        var type = ProtobufMessage()
        type.add(1, message: tensor)
        var value = ProtobufMessage()
        value.add(1, text: name)
        value.add(2, message: type)
        return value
    }
}

extension [UInt8] {
    fileprivate mutating func append(littleEndian value: some FixedWidthInteger) {
        for shift in stride(from: 0, to: value.bitWidth, by: 8) {
            append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
}
