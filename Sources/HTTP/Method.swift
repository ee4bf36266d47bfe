// Request methods (RFC 9110 §9).
//
// Methods are case-sensitive tokens. Those that this server uses have a case; any other valid token
// is `.other`, and the application answers it with 405.

/// The method of a request.
package enum Method: UInt8, Sendable {
    case get, head, post, put, delete, options, patch, trace, connect, other

    /// The method named by the token in `range` of `bytes`.
    init(_ bytes: Span<UInt8>, in range: Range<Int>) {
        guard range.count <= 7 else {
            self = .other
            return
        }
        var packed: UInt64 = 0
        for index in range { packed = packed << 8 | UInt64(bytes[index]) }
        self =
            switch packed {
            case 0x47_45_54: .get
            case 0x48_45_41_44: .head
            case 0x50_4F_53_54: .post
            case 0x50_55_54: .put
            case 0x44_45_4C_45_54_45: .delete
            case 0x4F_50_54_49_4F_4E_53: .options
            case 0x50_41_54_43_48: .patch
            case 0x54_52_41_43_45: .trace
            case 0x43_4F_4E_4E_45_43_54: .connect
            default: .other
            }
    }

    /// The token, for logs and for Allow; "other" for a method without a case.
    package var text: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .patch: "PATCH"
        case .trace: "TRACE"
        case .connect: "CONNECT"
        case .other: "other"
        }
    }
}
