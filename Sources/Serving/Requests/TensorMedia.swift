// The media types of arrays: what a body is, and what an answer is to be (RFC 9110 §8.3, §12.5.1).
//
// JSON has one type for three forms. Which one a request has, its members tell; an answer in JSON has
// the form of the request, or rows where that was no JSON.

internal import Tensors

/// The media types of arrays.
enum TensorMedia {
    /// SageMaker's clients of Triton send V2 with binary tensors under this type, since SageMaker
    /// strips the header field that says where the JSON ends (docs/platforms.md C2).
    static let binary = "application/vnd.sagemaker-triton.binary+json"
    private static let headerSize = "json-header-size"

    /// The types that a format may be asked for by; the first is the one that is sent.
    static func names(of format: TensorFormat) -> [String] {
        switch format {
        case .rows, .columns, .v2: ["application/json"]
        case .line: BodyKind.jsonLinesNames
        case .csv: ["text/csv"]
        case .npy: ["application/x-npy"]
        case .npz: ["application/x-npz"]
        }
    }

    /// The format that a request asks for, its own if that will do. Throws `notAcceptable`.
    static func answer(to own: TensorFormat, accept: String?) throws(Failure) -> TensorFormat {
        let others: [TensorFormat] = [.rows, .csv, .line, .npy, .npz]
        let acceptable = [own] + others.filter { names(of: $0) != names(of: own) }
        let found = preferred(
            acceptable.map { names(of: $0) + ($0 == .v2 ? [binary] : []) }, by: accept)
        if let found { return acceptable[found] }
        let known = acceptable.map { names(of: $0)[0] }.joined(separator: ", ")
        throw Failure(
            .notAcceptable,
            "none of the accepted types, “\((accept ?? "").prefix(60))”, is one of arrays: \(known)"
        )
    }

    /// Where the JSON of a body of this type ends; `nil` where the type does not say. Throws
    /// `badRequest` for a length that is no number.
    static func headerLength(_ contentType: String) throws(Failure) -> Int? {
        for parameter in contentType.split(separator: ";").dropFirst() {
            let parts = parameter.split(separator: "=", maxSplits: 1)
                .map { $0.filter { !$0.isWhitespace } }
            guard parts.count == 2, parts[0].lowercased() == headerSize else { continue }
            return try length(parts[1], headerSize)
        }
        return nil
    }

    /// Reads the length of a JSON header. Throws `badRequest`.
    static func length(_ text: String, _ place: String) throws(Failure) -> Int {
        guard let length = Int(text), length >= 0 else {
            throw Failure(
                .badRequest, "\(place) must be a number of bytes, not “\(text.prefix(40))”")
        }
        return length
    }

    /// The type of an answer in V2 with binary tensors behind so much JSON.
    static func binary(headerLength: Int) -> String { "\(binary);\(headerSize)=\(headerLength)" }
}
