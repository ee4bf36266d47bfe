// Which operation a method and a path name. Compares bytes and allocates nothing, since health
// checks call `/ping` often.

internal import HTTP

/// What a request asks for.
enum Route: Equatable {
    case ping
    case invocations
    /// A request of a SageMaker client to an endpoint; this server answers for every name.
    case endpoint(EndpointStyle)
    /// The path is known, but the method is not in `allow`.
    case methodNotAllowed(allow: String)
    case notFound

    /// The route of a request line, whose path may begin with a base path.
    init(
        _ method: HTTP.Method, path: ByteRange, behind basePath: BasePath = .none,
        in bytes: Span<UInt8>
    ) {
        self.init(method, path: path.range, in: bytes)
        // A base path may look like a route; routes without it come first.
        if self == .notFound, let rest = basePath.removed(from: path.range, in: bytes) {
            self.init(method, path: rest, in: bytes)
        }
    }

    private init(_ method: HTTP.Method, path: Range<Int>, in bytes: Span<UInt8>) {
        if path.spell("/ping", in: bytes) {
            self =
                switch method {
                case .get, .head, .post: .ping
                default: .methodNotAllowed(allow: "GET, HEAD, POST")
                }
        } else if path.spell("/invocations", in: bytes) {
            self = method == .post ? .invocations : .methodNotAllowed(allow: "POST")
        } else if let style = EndpointStyle(path: path, in: bytes) {
            self = method == .post ? .endpoint(style) : .methodNotAllowed(allow: "POST")
        } else {
            self = .notFound
        }
    }
}

extension EndpointStyle {
    /// `/endpoints/NAME/invocations` or `…-response-stream`; `nil` for other paths.
    fileprivate init?(path: Range<Int>, in bytes: Span<UInt8>) {
        let name = path.dropFirst("/endpoints/".utf8.count)
        guard (path.lowerBound..<name.lowerBound).spell("/endpoints/", in: bytes),
            let slash = name.firstIndex(where: { bytes[$0] == UInt8(ascii: "/") }),
            slash > name.lowerBound
        else { return nil }
        if (slash..<path.upperBound).spell("/invocations", in: bytes) {
            self = .whole
        } else if (slash..<path.upperBound).spell("/invocations-response-stream", in: bytes) {
            self = .eventStream
        } else {
            return nil
        }
    }
}

extension Range<Int> {
    /// Whether the bytes at these indices spell a word exactly.
    fileprivate func spell(_ word: StaticString, in bytes: Span<UInt8>) -> Bool {
        guard count == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { word in
            for offset in 0..<count where unsafe bytes[lowerBound + offset] != word[offset] {
                return false
            }
            return true
        }
    }
}
