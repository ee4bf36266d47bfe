// Content-Type: the kind of a body, and the type of its answer (RFC 9110 §8.3).
//
// Parameters (`charset=utf-8`, `version=1`) are ignored, and so is case.

internal import Inference

/// The kind of a request's body, by its Content-Type.
enum BodyKind: Equatable {
    case json
    case jsonLines
    case picture
    case csv, npy, npz
    /// V2 with binary tensors; where its JSON ends, if the type says so.
    case binary(headerLength: Int?)
    /// The sender did not say; the first byte decides (docs/rulings.md#requests).
    case unstated

    /// The media types of JSON lines.
    static let jsonLinesNames = [
        "application/jsonlines", "application/jsonl", "application/x-jsonlines",
        "application/json-lines", "application/x-ndjson", "application/ndjson",
    ]

    /// The kind that a Content-Type names; `nil` if it is not supported.
    init?(contentType: String?) {
        guard let name = contentType.map(mediaType(of:)), !name.isEmpty else {
            self = .unstated
            return
        }
        switch name {
        case "application/json": self = .json
        case "application/x-image", "application/octet-stream": self = .picture
        case "text/csv": self = .csv
        case "application/x-npy": self = .npy
        case "application/x-npz": self = .npz
        case TensorMedia.binary: self = .binary(headerLength: nil)
        // curl's default.
        case "application/x-www-form-urlencoded": self = .unstated
        case _ where Self.jsonLinesNames.contains(name): self = .jsonLines
        case _ where name.hasPrefix("image/"): self = .picture
        default: return nil
        }
    }

    /// The kind of a body whose sender did not say.
    static func sniffed(_ body: [UInt8]) -> BodyKind {
        let whitespace: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
        switch body.first(where: { !whitespace.contains($0) }) {
        case UInt8(ascii: "{"), UInt8(ascii: "["): return .json
        default: return .picture
        }
    }

    /// Whether it is a body for models of this kind.
    func isTaken(by kind: ModelKind) -> Bool {
        switch self {
        case .json, .jsonLines, .unstated: true
        case .picture: kind == .labels
        case .csv, .npy, .npz, .binary: kind == .tensors
        }
    }

    /// The names of the answer's type; the first is the one that is sent.
    var answerNames: [String] {
        self == .jsonLines ? Self.jsonLinesNames : ["application/json"]
    }
}

/// "image/png" of "Image/PNG; q=1".
func mediaType(of field: String) -> String {
    // Works on bytes for speed: every request comes here, and a field is ASCII (RFC 9110 §5.5).
    let text = field.utf8Span.span
    var name: [UInt8] = []
    for index in text.indices {
        switch text[index] {
        case UInt8(ascii: ";"): return String(decoding: name, as: UTF8.self)
        case 0x09...0x0D, 0x20: break
        case let byte:
            let isCapital = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            name.append(isCapital ? byte | 0x20 : byte)
        }
    }
    return String(decoding: name, as: UTF8.self)
}
