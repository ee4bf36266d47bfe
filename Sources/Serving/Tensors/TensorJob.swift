// One request of arrays, as a worker answers it: read, inferred and written.
//
// All of it happens on the worker, so a body of any size costs the loop nothing. A request of many rows
// is read by one worker and cut into pieces for all of them.

internal import Basics
internal import HTTP
internal import Inference
internal import Onnx
internal import Runtime
internal import Tensors

/// A body of arrays, and what is known about it before it is read.
struct TensorJob: Sendable {
    /// What a body is before it is read.
    enum Body: Sendable, Equatable {
        /// JSON of any form; V2 may have binary tensors behind it.
        case json(headerLength: Int?)
        case line, csv, npy, npz
    }

    let model: ServedModel
    let name: String
    let version: String
    let body: [UInt8]
    let kind: Body
    let route: TensorRoute
    /// The types that the client accepts; `nil` where it did not say.
    let accept: String?
    let coding: ContentCoding
    let nonFinite: NonFinite
    let limits: TensorLimits
}

/// What became of a job.
enum TensorStep: Sendable {
    case answered(TensorAnswer)
    /// So many rows that all workers share them.
    case pieces(TensorRequest)
    /// Encoded pictures for a classifier.
    case pictures(TensorRequest)
}

/// An answer in bytes, and its type.
struct TensorAnswer: Sendable, Equatable {
    var bytes: [UInt8]
    var contentType: StaticString?
    /// For V2 with binary tensors: where its JSON ends.
    var headerLength: Int?

    static func == (a: Self, b: Self) -> Bool {
        a.bytes == b.bytes && a.headerLength == b.headerLength
            && a.contentType.map { "\($0)" } == b.contentType.map { "\($0)" }
    }
}

extension TensorJob {
    /// Rows beyond twice this number are shared among the workers.
    static let rowsOfPiece = 512

    /// Reads, infers and writes. `workers`: how many may share the rows. Any thread.
    func run(workers: Int) throws(Failure) -> TensorStep {
        let request = try read()
        guard case .tensors(let model) = model else { return .pictures(try decoded(request)) }
        if workers > 1, model.takesPieces, let rows = request.rows, rows >= 2 * Self.rowsOfPiece {
            return .pieces(request)
        }
        return .answered(try write(infer(request.inputs, for: request), to: request))
    }

    /// What clients may send.
    private var signature: [TensorDescription] { ModelSignature(model).inputs }

    /// Reads the body. Throws `badRequest` and `payloadTooLarge`.
    func read() throws(Failure) -> TensorRequest {
        let body = try unpacked()
        let request = try Failure.ofTensors { () throws(TensorFault) -> TensorRequest in
            switch kind {
            case .json(let headerLength):
                try TensorRequest(
                    json: body, headerLength: headerLength, signature: signature, limits: limits)
            case .line: try TensorRequest(line: body, signature: signature, limits: limits)
            case .csv: try TensorRequest(csv: body, signature: signature, limits: limits)
            case .npy: try TensorRequest(npy: body, signature: signature, limits: limits)
            case .npz: try TensorRequest(npz: body, signature: signature, limits: limits)
            }
        }
        switch (route, request.format) {
        case (.v2, .v2), (.v1, .rows), (.v1, .columns), (.any, _): return request
        case (.v2, _):
            throw Failure(
                .badRequest,
                "each element of \"inputs\" must be an object with \"name\", \"shape\" and "
                    + "\"datatype\"")
        case (.v1, _):
            throw Failure(.badRequest, "the body must hold \"instances\" or \"inputs\" of arrays")
        }
    }

    /// The pictures of a request in JSON, which are base64 there.
    private func decoded(_ request: TensorRequest) throws(Failure) -> TensorRequest {
        guard kind == .json(headerLength: nil), let input = request.inputs.first,
            case .strings(let texts) = input.tensor.values
        else { return request }
        var pictures: [[UInt8]] = []
        for text in texts {
            pictures.append(
                try PictureURI.bytes(ofBase64: String(decoding: text, as: UTF8.self)))
        }
        var request = request
        request.inputs = [
            NamedTensor(
                name: input.name,
                tensor: Tensor(
                    element: .string, shape: input.tensor.shape, values: .strings(pictures)))
        ]
        return request
    }

    /// The body without its coding. Throws `badRequest` where it is damaged, and `payloadTooLarge`.
    private func unpacked() throws(Failure) -> [UInt8] {
        guard coding != .identity else { return body }
        // What calls itself deflate has zlib's frame, as RFC 9110 §8.4.1.2 says.
        let inflation = Inflation(coding == .gzip ? .gzip : .zlib)
        var (bytes, position) = ([UInt8](), 0)
        while true {
            let step = try inflation.step(body.span, at: &position) { piece throws(Failure) in
                guard bytes.count + piece.count <= limits.bytes else {
                    throw Failure(
                        .payloadTooLarge,
                        "the body is larger than \(limits.bytes) bytes without its \(coding)")
                }
                bytes.append(piece)
            }
            switch step {
            case .more: continue
            case .ended where position == body.count: return bytes
            case .ended, .hungry, .failed:
                throw Failure(.badRequest, "the body is no \(coding) data, or is cut off")
            }
        }
    }

    /// Computes the outputs that a request asks for.
    func infer(
        _ inputs: [NamedTensor], for request: TensorRequest
    ) throws(Failure) -> [TensorOutput] {
        guard case .tensors(let model) = model else {
            preconditionFailure("pictures are classified one by one")
        }
        do throws(ModelError) {
            return try model.infer(inputs, outputs: request.outputs.map(\.name))
        } catch {
            // What the client sent decides whether a network can be computed.
            throw Failure(.badRequest, "\(error)")
        }
    }

    /// Writes an answer in the form that the request asks for.
    func write(
        _ outputs: [TensorOutput], to request: TensorRequest
    ) throws(Failure) -> TensorAnswer {
        var format = request.format
        if route == .any {
            format = try TensorMedia.answer(to: request.format, accept: accept)
        }
        let written = try Failure.ofTensors { () throws(TensorFault) in
            try TensorWriting(
                format: format, request: request, model: name, version: version,
                nonFinite: nonFinite == .null ? .null : .refused
            ).write(outputs)
        }
        var answer = TensorAnswer(bytes: written.bytes, headerLength: written.headerLength)
        if written.headerLength == nil {
            answer.contentType =
                switch format {
                case .rows, .columns, .v2: "application/json"
                case .line: "application/jsonlines"
                case .csv: "text/csv"
                case .npy: "application/x-npy"
                case .npz: "application/x-npz"
                }
        } else if route == .v2 {
            answer.contentType = "application/octet-stream"
        }
        return answer
    }
}

extension TensorJob {
    /// The whole response to an answer.
    func response(_ answer: TensorAnswer) -> Response {
        var fields: [ResponseField] = []
        if let length = answer.headerLength {
            fields =
                route == .v2
                ? [ResponseField("Inference-Header-Content-Length", "\(length)")]
                : [ResponseField("Content-Type", TensorMedia.binary(headerLength: length))]
        }
        return Response(
            .ok, contentType: answer.contentType, fields: fields, body: answer.bytes)
    }
}

extension TensorRequest {
    /// The rows that all inputs have; `nil` where they have no common first dimension.
    var rows: Int? {
        guard let rows = inputs.first?.tensor.shape.first,
            inputs.allSatisfy({ $0.tensor.shape.first == rows })
        else { return nil }
        return rows
    }
}

extension TensorModel {
    /// Whether rows may be computed apart: the first dimension of everything is open.
    var takesPieces: Bool {
        (inputs + outputs).allSatisfy { $0.shape.first == .some(nil) }
    }
}

extension Failure {
    /// Reads or writes arrays; a fault becomes the failure that fits it.
    static func ofTensors<Value>(
        _ work: () throws(TensorFault) -> Value
    ) throws(Failure) -> Value {
        do throws(TensorFault) {
            return try work()
        } catch {
            let code: Code =
                switch error {
                case .wrong: .badRequest
                case .nonFinite: .nonFinite
                case .notAcceptable: .notAcceptable
                case .tooLarge: .payloadTooLarge
                }
            throw Failure(code, error.sentence)
        }
    }
}
