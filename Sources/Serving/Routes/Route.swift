// Which operation a method and a path name. The routes that are asked most compare bytes and allocate
// nothing, since health checks call `/ping` often; the others are looked up in the table.

internal import Basics
internal import HTTP

/// What a request's first line asks for.
enum Route: Equatable {
    /// These two are asked most.
    case ping, invocations
    case operation(Operation, ModelReference?)
    /// The path is known, but the method is not in `allow`.
    case methodNotAllowed(allow: String)
    /// The path names a model in a way that can't be read.
    case refused(Failure)
    case notFound

    /// The table, each path read once.
    private static let table = RoutePattern.all.map { (route: $0, path: PathPattern($0.path)) }

    /// The route of a request line, whose path may begin with a base path.
    init(
        _ method: HTTP.Method, path: ByteRange, behind basePath: BasePath = .none,
        in bytes: Span<UInt8>
    ) {
        self.init(method, path: path.range, in: bytes)
        // A base path may look like a route; routes without it come first.
        if case .notFound = self, let rest = basePath.removed(from: path.range, in: bytes) {
            self.init(method, path: rest, in: bytes)
        }
    }

    private init(_ method: HTTP.Method, path: Range<Int>, in bytes: Span<UInt8>) {
        switch method {
        case .get where path.spell("/ping", in: bytes): self = .ping
        case .post where path.spell("/invocations", in: bytes): self = .invocations
        default: self = Self.search(method, path, in: bytes)
        }
    }

    private static func search(
        _ method: HTTP.Method, _ path: Range<Int>, in bytes: Span<UInt8>
    ) -> Route {
        var allowed: [String] = []
        for (route, pattern) in table {
            guard let captures = pattern.captures(path, in: bytes) else { continue }
            // A HEAD is a GET without the body (RFC 9110 §9.3.2).
            if route.method == method || route.method == .get && method == .head {
                if route.operation == .ping { return .ping }
                do throws(Failure) {
                    return .operation(route.operation, try ModelReference(captures, in: bytes))
                } catch {
                    return .refused(error)
                }
            }
            allowed += route.method == .get ? ["GET", "HEAD"] : [route.method.text]
        }
        return allowed.isEmpty
            ? .notFound : .methodNotAllowed(allow: allowed.joined(separator: ", "))
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
