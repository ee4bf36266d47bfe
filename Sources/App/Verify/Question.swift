// One request in the form of each way: over HTTP as bytes or JSON, in Lambda as an HTTP event or as
// a direct event (docs/rulings.md#recordings).
//
// A picture from a file is sent in all four ways. Any other request is JSON and is sent as
// recorded. A request is not sent in a way that it is too large for: a body beyond --max-body, or
// an event beyond the runtime's limit.

internal import Basics
internal import HTTP
internal import Inference
internal import Runtime
internal import Serving

/// A way to send a request, other than in process.
enum Way: String, CaseIterable {
    case httpBytes = "HTTP (bytes)"
    case httpJSON = "HTTP (JSON)"
    case functionURL = "Lambda (function URL)"
    case directEvent = "Lambda (event)"

    /// The name of the way in process.
    static let inProcess = "in process"
}

/// The reply to a request in one of the ways.
struct Reply: Equatable {
    /// `nil` if a failure was reported to Lambda.
    let status: Int?
    let body: [UInt8]
}

/// One request, independent of the way it is sent.
struct Question {
    enum Content {
        /// A picture's bytes.
        case picture([UInt8])
        /// A JSON request.
        case json([UInt8])
    }

    /// An HTTP request's body, its Content-Type, and its query.
    typealias Body = (bytes: [UInt8], type: String, query: String)

    /// Events hold base64 and an envelope, and the runtime accepts at most 128 MiB.
    private static let largestEvent = 100 << 20

    let content: Content
    /// The number of labels that a picture's request asks for.
    let topK: Int?

    /// Whether it is a picture's bytes.
    var isPicture: Bool {
        if case .picture = content { true } else { false }
    }

    /// Whether it can be sent in a way.
    func goes(by way: Way, limits: Limits) -> Bool {
        switch (content, way) {
        case (.json, .httpBytes): false
        case (.json(let bytes), .httpJSON), (.picture(let bytes), .httpBytes):
            bytes.count <= limits.bodyBytes
        case (.picture(let bytes), .httpJSON):
            Self.base64Count(bytes) + 100 <= limits.bodyBytes
        case (.picture(let bytes), .functionURL), (.json(let bytes), .functionURL):
            bytes.count <= limits.bodyBytes && 2 * bytes.count <= Self.largestEvent
        case (.picture(let bytes), .directEvent), (.json(let bytes), .directEvent):
            2 * bytes.count <= Self.largestEvent
        }
    }

    /// The body of an HTTP request.
    func body(by way: Way) -> Body {
        switch (content, way) {
        case (.picture(let bytes), .httpBytes), (.picture(let bytes), .functionURL):
            (bytes, "application/octet-stream", topK.map { "top_k=\($0)" } ?? "")
        default: (json, "application/json", "")
        }
    }

    /// The request as JSON.
    private var json: [UInt8] {
        switch content {
        case .json(let bytes): return bytes
        case .picture(let bytes):
            var json = JSONWriter()
            json.object { json in
                json.key("instances")
                json.array([bytes]) { json, bytes in
                    json.object { $0.field("b64", utf8: Base64.text(of: bytes.span).span) }
                }
                if let topK { json.field("top_k", topK) }
            }
            return json.bytes
        }
    }

    /// The event that Lambda is invoked with.
    func event(by way: Way) -> [UInt8] {
        guard way == .functionURL else { return json }
        let body = body(by: way)
        let isText = body.type == "application/json"
        var json = JSONWriter()
        json.object { json in
            json.field("version", "2.0")
            json.field("rawPath", "/invocations")
            json.field("rawQueryString", body.query)
            json.key("headers")
            json.object { $0.field("content-type", body.type) }
            json.key("requestContext")
            json.object { json in
                json.field("stage", "$default")
                json.key("http")
                json.object { json in
                    json.field("method", "POST")
                    json.field("path", "/invocations")
                    json.field("protocol", "HTTP/1.1")
                }
            }
            if isText {
                json.field("body", utf8: body.bytes.span)
            } else {
                json.field("body", utf8: Base64.text(of: body.bytes.span).span)
            }
            json.field("isBase64Encoded", raw: "\(!isText)")
        }
        return json.bytes
    }

    /// The reply expected in a way, from the answer in process; `reports`: whether failures of
    /// direct events are reported to Lambda.
    func expected(by way: Way, _ answer: InProcessAnswer, reports: Bool) -> Reply {
        if isPicture, way == .httpJSON || way == .directEvent {
            return Reply(status: 200, body: Answer.predictions([answer.unnamed]))
        }
        guard let failure = answer.failure else {
            return Reply(status: 200, body: isPicture ? answer.unnamed : answer.named)
        }
        let status: Int? =
            way != .directEvent ? failure.code.status.code : reports ? nil : 200
        return Reply(status: status, body: failure.response.body)
    }

    private static func base64Count(_ bytes: [UInt8]) -> Int { (bytes.count + 2) / 3 * 4 }
}
