// The response to an HTTP event, in the JSON that the platform expects (docs/platforms.md B6, B15).
// Keys are always in the same order.

internal import Basics
internal import HTTP
internal import Runtime

/// The form of the answer to one HTTP event.
struct HTTPEnvelope: Sendable, Equatable {
    /// The platform that received the request.
    enum Platform: Sendable {
        /// A Function URL, or an HTTP API with payload 2.0.
        case functionURL
        /// A REST API, or an HTTP API with payload 1.0.
        case restAPI
        /// An Application Load Balancer.
        case loadBalancer
        /// VPC Lattice, with version 2 of its events.
        case lattice

        /// Whether it also expects the reason phrase.
        var wantsReason: Bool { self == .loadBalancer || self == .lattice }

        /// Whether it can forward a streamed answer (docs/platforms.md B6).
        var takesStreams: Bool { self == .functionURL || self == .restAPI }

        /// The largest reply it accepts, in bytes: a load balancer has its own limit (ELB guide,
        /// lambda-functions), the others have Lambda's.
        var maxReplyBytes: Int {
            self == .loadBalancer ? 1_048_576 : LambdaLimits.bufferedAnswerBytes
        }
    }

    let platform: Platform
    /// Whether the request's header fields had lists of values; a load balancer expects the same
    /// form in the response.
    let hasMultiValueHeaders: Bool
    /// Whether the request was HEAD: its answer has no content.
    let omitsBody: Bool

    /// The Content-Type of a streamed answer that begins with a prelude.
    static let streamContentType = "application/vnd.awslambda.http-integration-response"

    /// The answer as one JSON object.
    func reply(to response: Response) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            writeHead(response.head, to: &json)
            let body = content(of: response)
            if isUTF8(body.span) {
                json.field("body", utf8: body.span)
                json.field("isBase64Encoded", raw: "false")
            } else {
                json.field("body", utf8: Base64.text(of: body.span).span)
                json.field("isBase64Encoded", raw: "true")
            }
        }
        return json.bytes
    }

    /// The beginning of a streamed answer: status and header fields, eight NUL bytes
    /// (docs/platforms.md B6), and the content so far. JSON holds no NUL, so the first one ends it.
    func beginning(of response: Response) -> [UInt8] {
        var json = JSONWriter()
        json.object { writeHead(response.head, to: &$0) }
        return json.bytes + [UInt8](repeating: 0, count: 8) + content(of: response)
    }

    private func content(of response: Response) -> [UInt8] { omitsBody ? [] : response.body }

    private func writeHead(_ head: ResponseHead, to json: inout JSONWriter) {
        json.field("statusCode", head.status.code)
        if platform.wantsReason {
            json.field("statusDescription", "\(head.status.code) \(head.status.reason)")
        }
        let lists = platform == .loadBalancer && hasMultiValueHeaders
        json.key(lists ? "multiValueHeaders" : "headers")
        json.object { json in
            for (name, values) in fields(of: head) {
                if lists {
                    json.key(name)
                    json.array(values) { $0.element($1) }
                } else {
                    json.field(name, values.joined(separator: ", "))
                }
            }
        }
    }

    /// Each name once, in the order of first appearance.
    private func fields(of head: ResponseHead) -> [(name: String, values: [String])] {
        var fields: [(name: String, values: [String])] = []
        if let contentType = head.contentType {
            fields.append(("Content-Type", ["\(contentType)"]))
        }
        for field in head.fields {
            let name = "\(field.name)"
            if let index = fields.firstIndex(where: { $0.name == name }) {
                fields[index].values.append(field.value)
            } else {
                fields.append((name, [field.value]))
            }
        }
        return fields
    }

    private func isUTF8(_ bytes: Span<UInt8>) -> Bool {
        do {
            _ = try UTF8Span(validating: bytes)
            return true
        } catch {
            return false
        }
    }
}
