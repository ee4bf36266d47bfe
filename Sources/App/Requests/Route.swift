// Which operation a method and a path name. Compares bytes and allocates nothing: `/ping` comes by
// here at every load balancer's whim.

internal import HTTP

/// What a request asks for.
enum Route: Equatable {
    case ping
    case invocations
    /// The path is known, the method is not among these.
    case methodNotAllowed(allow: String)
    case notFound

    /// The route of a request line.
    init(_ method: HTTP.Method, path: ByteRange, in bytes: Span<UInt8>) {
        if path.equals("/ping", in: bytes) {
            self =
                switch method {
                case .get, .head, .post: .ping
                default: .methodNotAllowed(allow: "GET, HEAD, POST")
                }
        } else if path.equals("/invocations", in: bytes) {
            self = method == .post ? .invocations : .methodNotAllowed(allow: "POST")
        } else {
            self = .notFound
        }
    }
}

extension ByteRange {
    /// Whether these bytes spell a word exactly.
    func equals(_ word: StaticString, in bytes: Span<UInt8>) -> Bool {
        guard count == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { word in
            for offset in 0..<count where unsafe bytes[Int(start) + offset] != word[offset] {
                return false
            }
            return true
        }
    }

    /// These bytes as text; invalid UTF-8 is replaced.
    func text(in bytes: Span<UInt8>) -> String {
        unsafe bytes.extracting(range).withUnsafeBufferPointer { bytes in
            unsafe String(decoding: bytes, as: UTF8.self)
        }
    }
}
