// Reads the messages of queues and topics.
//
// A message is a text: a JSON request, a bare URI, a notification of S3, an event of EventBridge,
// or the envelope that a topic puts around any of these when it forwards them to a queue.

internal import Basics
internal import Inference

/// What one record of an event asks for.
enum RecordContent: Sendable, Equatable {
    /// It names no picture: a deleted object, a test of the configuration.
    case nothing
    case form(Form)
    case unreadable(Failure)

    /// Its picture, if it is about exactly one.
    var onlyItem: Item? {
        guard case .form(let form) = self, case .one(let item) = form.shape else { return nil }
        return item
    }
}

/// Reads messages. Any thread.
struct MessageReader {
    /// The longest chain is S3 → SNS → SQS; each step wraps the message once.
    private static let maxDepth = 3

    /// The most pictures that one message may name.
    let maxItems: Int

    /// Reads a text; `place` names it in errors.
    func content(of text: String, at place: String, depth: Int = 0) -> RecordContent {
        let blanks: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
        let beginning = text.utf8.drop { blanks.contains($0) }
        switch beginning.first {
        case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "\""):
            return content { () throws(Failure) in
                let value = try placed(place) { () throws(Failure) in
                    try Form.value(reading: Array(text.utf8), from: .message, maxItems: maxItems)
                }
                return try content(of: value, at: place, depth: depth)
            }
        case nil:
            return .unreadable(
                Failure(.badRequest, "\"\(place)\" is empty: it must hold a request or a URI"))
        default:
            let uri = beginning.reversed().drop { blanks.contains($0) }.reversed()
            return .form(Form(uri: String(decoding: uri, as: UTF8.self)))
        }
    }

    /// Reads an event of EventBridge; `nil` if the object is not one.
    func content(ofEventBridge event: EventObject) -> RecordContent? {
        guard case .string(let source)? = event["source"],
            case .string(let type)? = event["detail-type"], let detail = event["detail"]
        else { return nil }
        if Self.isSchedule(source, type) { return .nothing }
        return content { () throws(Failure) in
            if source == "aws.s3", case .object(let members) = detail, members["object"] != nil {
                let detail = try event.object("detail")
                return try S3Event.uri(ofDetail: detail, type: type)
                    .map { .form(Form(uri: $0)) } ?? .nothing
            }
            return .form(try form(detail, from: .detail, at: event.place))
        }
    }

    /// Whether an event of EventBridge comes from a schedule and carries no content.
    static func isSchedule(_ source: String, _ type: String) -> Bool {
        type == "Scheduled Event" && (source == "aws.events" || source == "aws.scheduler")
    }

    /// Whether an object only keeps the function warm.
    static func isWarmUp(_ members: [String: JSONValue]) -> Bool {
        members["warmup"] == .bool(true) && !Form.names.contains { members[$0] != nil }
    }

    private func content(
        of value: JSONValue, at place: String, depth: Int
    ) throws(Failure) -> RecordContent {
        guard case .object(let members) = value else {
            return .form(try form(value, from: .message, at: place))
        }
        if S3Event.isTest(members) || Self.isWarmUp(members) { return .nothing }
        if case .array(let records)? = members["Records"] {
            return try notification(records, at: "\(place).Records")
        }
        if members["Type"] == .string("Notification"), case .string(let text)? = members["Message"]
        {
            guard depth < Self.maxDepth else {
                throw Failure(
                    .badRequest, "\"\(place)\" is wrapped more than \(Self.maxDepth) times")
            }
            return content(of: text, at: "\(place).Message", depth: depth + 1)
        }
        if let content = content(ofEventBridge: try EventObject(value, at: place)) {
            return content
        }
        return .form(try form(value, from: .message, at: place))
    }

    /// Reads a notification of S3. A record that can't be read fails alone.
    private func notification(
        _ records: [JSONValue], at place: String
    ) throws(Failure) -> RecordContent {
        guard records.count <= maxItems else {
            throw Failure(
                .badRequest,
                "\"\(place)\" names \(records.count) objects; at most \(maxItems) are allowed")
        }
        var items: [Item] = []
        for (index, record) in records.enumerated() {
            do throws(Failure) {
                guard let uri = try S3Event.uri(ofRecord: record, at: "\(place)[\(index)]") else {
                    continue
                }
                items.append(Item(source: .uri(uri)))
            } catch {
                items.append(Item(source: .unusable(error)))
            }
        }
        return items.isEmpty ? .nothing : .form(Form(items))
    }

    private func form(
        _ value: JSONValue, from frame: Form.Frame, at place: String
    ) throws(Failure) -> Form {
        try placed(place) { () throws(Failure) in
            try Form(value, from: frame, maxItems: maxItems)
        }
    }

    /// Prefixes an error of a form with the form's place in the event.
    private func placed<Value>(
        _ place: String, _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        do throws(Failure) {
            return try body()
        } catch {
            throw place.isEmpty ? error : Failure(error.code, "\(place): \(error.sentence)")
        }
    }

    private func content(_ body: () throws(Failure) -> RecordContent) -> RecordContent {
        do throws(Failure) {
            return try body()
        } catch {
            return .unreadable(error)
        }
    }
}
