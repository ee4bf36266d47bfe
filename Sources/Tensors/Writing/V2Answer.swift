// Answers of the Open Inference Protocol: JSON, with the outputs that are wanted so as bytes behind it
// (Triton, "Binary tensor data extension" and "Classification extension").

internal import Basics

/// Writes V2.
struct V2Answer {
    private let request: TensorRequest
    private let model: String
    private let version: String
    private let nonFinite: TensorWriting.NonFinite

    init(
        _ request: TensorRequest, model: String, version: String,
        _ nonFinite: TensorWriting.NonFinite
    ) {
        self.request = request
        self.model = model
        self.version = version
        self.nonFinite = nonFinite
    }

    func write(_ outputs: [TensorOutput]) throws(TensorFault) -> TensorWriting.Written {
        var json = JSONWriter()
        var head = [UInt8]()
        json.object { json in
            json.field("model_name", model)
            json.field("model_version", version)
            if let id = request.id { json.field("id", id) }
        }
        // The object goes on with its outputs.
        head = json.bytes.dropLast() + Array(",\"outputs\":[".utf8)
        var tail: [UInt8] = []
        var isFirst = true
        for output in outputs {
            for (part, form) in try parts(of: output) {
                if !isFirst { head.append(UInt8(ascii: ",")) }
                isFirst = false
                try append(part, form, to: &head, &tail)
            }
        }
        head += "]}".utf8
        let isBinary = outputs.contains { self.form(of: $0.name) == .binary }
        return TensorWriting.Written(bytes: head + tail, headerLength: isBinary ? head.count : nil)
    }

    private func requested(_ name: String) -> RequestedOutput? {
        request.outputs.first { $0.name == name }
    }

    private func form(of name: String) -> RequestedOutput.Form {
        requested(name)?.form ?? request.outputForm
    }

    /// The output as it is wanted, and the keys of a ZipMap.
    private func parts(
        of output: TensorOutput
    ) throws(TensorFault) -> [(TensorOutput, RequestedOutput.Form)] {
        let form = form(of: output.name)
        if let classes = requested(output.name)?.classes {
            return [(try Classification.best(classes, of: output), form)]
        }
        guard let keys = output.keys else { return [(output, form)] }
        return [
            (output, form),
            (TensorOutput(name: "\(output.name).labels", tensor: keys.tensor), form),
        ]
    }

    private func append(
        _ output: TensorOutput, _ form: RequestedOutput.Form, to head: inout [UInt8],
        _ tail: inout [UInt8]
    ) throws(TensorFault) {
        guard let datatype = output.tensor.element.v2Name else {
            throw .notAcceptable("V2 has no type for output \(quoted(output.name))")
        }
        var json = JSONWriter()
        json.object { json in
            json.field("name", output.name)
            json.field("datatype", datatype)
            json.key("shape")
            json.array(output.tensor.shape) { $0.element(number: $1) }
        }
        head += json.bytes.dropLast()
        switch form {
        case .binary:
            let start = tail.count
            append(binary: output.tensor, to: &tail)
            head += ",\"parameters\":{\"binary_data_size\":\(tail.count - start)}}".utf8
        case .text:
            head += ",\"data\":[".utf8
            let writer = ElementText(output, .json(nonFinite))
            for index in 0..<output.tensor.count {
                if index > 0 { head.append(UInt8(ascii: ",")) }
                try writer.append(index, to: &head)
            }
            head += "]}".utf8
        }
    }

    private func append(binary tensor: Tensor, to tail: inout [UInt8]) {
        switch tensor.values {
        case .bytes(let bytes): tail += bytes
        case .strings(let strings):
            for string in strings {
                for shift in stride(from: 0, to: 32, by: 8) {
                    tail.append(UInt8(truncatingIfNeeded: string.count >> shift))
                }
                tail += string
            }
        }
    }
}

/// The best classes of each row, as texts "score:index:label".
private enum Classification {
    static func best(_ count: Int, of output: TensorOutput) throws(TensorFault) -> TensorOutput {
        guard let scalar = ScalarType(output.tensor.element),
            case .bytes(let bytes) = output.tensor.values, let width = output.tensor.shape.last
        else {
            throw .wrong("output \(quoted(output.name)) has no scores to classify by")
        }
        let kept = min(count, width)
        var texts: [[UInt8]] = []
        for row in 0..<(width == 0 ? 0 : output.tensor.count / width) {
            let scores = Self.scores(scalar.type, bytes, row * width..<(row + 1) * width)
            let order = scores.indices.sorted {
                (-scores[$0].value, $0) < (-scores[$1].value, $1)
            }
            for index in order.prefix(kept) {
                let label = output.keys.map { ":" + $0.name(index) } ?? ""
                texts.append(Array("\(scores[index].text):\(index)\(label)".utf8))
            }
        }
        let shape = output.tensor.shape.dropLast() + [kept]
        return TensorOutput(
            name: output.name,
            tensor: Tensor(element: .string, shape: Array(shape), values: .strings(texts)))
    }

    private static func scores<Number: NumberElement>(
        _: Number.Type, _ bytes: [UInt8], _ elements: Range<Int>
    ) -> [(value: Double, text: String)] {
        elements.map { index in
            // The range lies within the array.
            let number = unsafe bytes.span.bytes.unsafeLoadUnaligned(
                fromByteOffset: index * MemoryLayout<Number>.size, as: Number.self)
            // What is no number comes last.
            let value = number.double
            return (value.isNaN ? -.infinity : value, number.description)
        }
    }
}
