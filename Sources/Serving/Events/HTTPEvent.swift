// HTTP requests that a platform received and sends as events: Function URLs and HTTP APIs (payload
// 2.0), REST APIs and HTTP APIs (payload 1.0), load balancers and VPC Lattice
// (docs/platforms.md B15).
//
// Each is turned back into the original request: the bytes of a head and a body. The rest of the
// code does not know of events, until the answer is put into the envelope that the platform
// expects. Cookies are left out: no route reads them.

internal import Basics
internal import HTTP
internal import Inference
internal import Runtime

/// A request in an envelope.
struct HTTPEvent: Sendable {
    /// The head's bytes, or why the event has no valid head.
    let head: Result<[UInt8], Failure>
    /// The body, decoded.
    let body: Result<[UInt8], Failure>
    /// The envelope of the answer.
    let envelope: HTTPEnvelope

    /// Reads an event; `nil` if it has none of these shapes.
    init?(_ event: EventObject) {
        guard case .object(let context)? = event.members["requestContext"] else { return nil }
        if case .object? = context["http"] {
            self.init(event, as: .functionURL)
        } else if event["httpMethod"] != nil {
            self.init(event, as: context["elb"] == nil ? .restAPI : .loadBalancer)
        } else if context["serviceNetworkArn"] != nil, event["method"] != nil {
            self.init(event, as: .lattice)
        } else {
            return nil
        }
    }

    private init(_ event: EventObject, as platform: HTTPEnvelope.Platform) {
        let body = Result { () throws(Failure) -> [UInt8] in try Self.body(of: event) }
        self.body = body
        var method = ""
        head = Result { () throws(Failure) -> [UInt8] in
            method = try Self.method(of: event, platform)
            var text = RequestHeadText(
                method: method, path: try Self.path(of: event, platform),
                query: try Self.query(of: event, platform))
            try Self.addFields(of: event, to: &text)
            text.end(bodyCount: (try? body.get().count) ?? 0)
            return text.bytes
        }
        envelope = HTTPEnvelope(
            platform: platform, hasMultiValueHeaders: event["multiValueHeaders"] != nil,
            omitsBody: method == "HEAD")
    }

    // MARK: The request line

    private static func method(
        of event: EventObject, _ platform: HTTPEnvelope.Platform
    ) throws(Failure) -> String {
        switch platform {
        case .functionURL: try event.object("requestContext").object("http").string("method")
        case .restAPI, .loadBalancer: try event.string("httpMethod")
        case .lattice: try event.string("method")
        }
    }

    private static func path(
        of event: EventObject, _ platform: HTTPEnvelope.Platform
    ) throws(Failure) -> String {
        let path = try event.string(platform == .functionURL ? "rawPath" : "path")
        // An HTTP API's paths begin with its stage, unless that is the default stage. A REST API's
        // do where a custom domain's mapping leaves the stage in the path.
        let context = try event.object("requestContext")
        guard let stage = try context.stringIfAny("stage"), !stage.isEmpty, stage != "$default",
            path.utf8.starts(with: "/\(stage)".utf8),
            // If they are equal, the REST API has already removed the stage.
            context["path"] != .string("/\(stage)\(path)")
        else { return path }
        let rest = path.utf8.dropFirst(stage.utf8.count + 1)
        let isWhole = rest.isEmpty || rest.first == UInt8(ascii: "/")
        return isWhole ? String(decoding: rest, as: UTF8.self) : path
    }

    private static func query(
        of event: EventObject, _ platform: HTTPEnvelope.Platform
    ) throws(Failure) -> [UInt8] {
        if platform == .functionURL {
            return PercentEncoding.query(encoded: try event.stringIfAny("rawQueryString") ?? "")
        }
        // REST APIs percent-decode names and values; the others leave them as sent.
        let encode =
            platform == .restAPI
            ? { PercentEncoding.component($0) } : PercentEncoding.query(encoded:)
        var query: [UInt8] = []
        let parameters = try pairs(
            of: event, "multiValueQueryStringParameters", or: "queryStringParameters")
        for (name, value) in parameters {
            if !query.isEmpty { query.append(UInt8(ascii: "&")) }
            query += encode(name)
            query.append(UInt8(ascii: "="))
            query += encode(value)
        }
        return query
    }

    // MARK: Fields and body

    private static func addFields(
        of event: EventObject, to text: inout RequestHeadText
    ) throws(Failure) {
        for (name, value) in try pairs(of: event, "multiValueHeaders", or: "headers") {
            text.add(name, value)
        }
    }

    /// Names and values, sorted by name, because JSON objects have no order.
    private static func pairs(
        of event: EventObject, _ lists: String, or singles: String
    ) throws(Failure) -> [(String, String)] {
        let object = try event.objectIfAny(event[lists] == nil ? singles : lists)
        var pairs: [(String, String)] = []
        for (name, value) in object.members.sorted(by: { $0.key < $1.key }) {
            let place = object.place(of: name)
            switch value {
            case .null: continue
            case .array(let values):
                for (index, value) in values.enumerated() {
                    pairs.append((name, try EventObject.string(value, at: "\(place)[\(index)]")))
                }
            default: pairs.append((name, try EventObject.string(value, at: place)))
            }
        }
        return pairs
    }

    private static func body(of event: EventObject) throws(Failure) -> [UInt8] {
        guard let text = try event.stringIfAny("body") else { return [] }
        switch event["isBase64Encoded"] {
        case .bool(true)?:
            return try Failure.reading { () throws(InputError) in
                try Base64.bytes(of: text.utf8Span.span, at: "the event's body")
            }
        case .bool(false)?, nil: return Array(text.utf8)
        case let value?:
            throw Failure(
                .badRequest, "\"isBase64Encoded\" must be true or false, not \(value.summary)")
        }
    }
}
