// Events with records: notifications of S3, messages of SQS and SNS (docs/platforms.md B15).
//
// Records are independent: one that can't be read fails alone. The answer depends on the sender.
// For a queue, it lists the messages that failed, and the queue keeps them. For S3 and SNS, it
// holds the results, which Lambda forwards to a destination if the function has one.

internal import Basics
internal import Inference
internal import Runtime

/// The outcome of one record.
struct RecordOutcome: Sendable, Equatable {
    /// The answer to this record alone, or its error.
    var answer: [UInt8]
    /// Its first failure: the record's own, or a picture's.
    var failure: Failure?
    /// Whether at least one of its pictures was classified.
    var hasResult: Bool
}

/// The records of one event.
struct RecordBatch: Sendable {
    /// The sender of records, by the name in the event.
    enum Source: String, Sendable { case s3 = "aws:s3", sqs = "aws:sqs", sns = "aws:sns" }

    /// One record.
    struct Record: Sendable, Equatable {
        var content: RecordContent
        /// The ID of a queue's message.
        var messageID: String?
    }

    let source: Source
    /// Whether they come from a FIFO queue.
    let isFIFO: Bool
    let records: [Record]

    /// Reads an event's records; `nil` if their kind is unknown. Throws if they are too many or
    /// their sender is not supported.
    init?(_ values: [JSONValue], maxItems: Int) throws(Failure) {
        guard let name = values.lazy.compactMap(Self.sourceName).first else { return nil }
        guard let source = Source(rawValue: name) else {
            throw Failure(
                .badRequest,
                "events of “\(name.prefix(60))” are not supported; those of aws:s3, aws:sqs and "
                    + "aws:sns are")
        }
        guard values.count <= maxItems else {
            throw Failure(
                .badRequest,
                "the event has \(values.count) records; at most \(maxItems) are allowed")
        }
        var pictureCount = 0
        records = values.enumerated().map { index, value in
            var record = Self.record(value, of: source, at: "Records[\(index)]", maxItems)
            guard case .form(let form) = record.content else { return record }
            pictureCount += form.pictureCount
            if pictureCount > maxItems {
                let failure = Failure(
                    .badRequest,
                    "Records[\(index)]: the event names too many pictures up to this record, "
                        + "\(pictureCount); at most \(maxItems) are allowed")
                record.content = .unreadable(failure)
            }
            return record
        }
        self.source = source
        isFIFO = values.contains(where: Self.isOfFIFOQueue)
    }

    /// A batch without records, for an event that leaves nothing to do.
    init(none source: Source) {
        self.source = source
        isFIFO = false
        records = []
    }

    // MARK: Reading

    private static func sourceName(_ value: JSONValue) -> String? {
        guard case .object(let members) = value,
            case .string(let name)? = members["eventSource"] ?? members["EventSource"]
        else { return nil }
        return name
    }

    private static func isOfFIFOQueue(_ value: JSONValue) -> Bool {
        guard case .object(let members) = value,
            case .string(let queue)? = members["eventSourceARN"]
        else { return false }
        return queue.hasSuffix(".fifo")
    }

    private static func record(
        _ value: JSONValue, of source: Source, at place: String, _ maxItems: Int
    ) -> Record {
        let messages = MessageReader(maxItems: maxItems)
        var messageID: String?
        if source == .sqs, case .object(let members) = value,
            case .string(let id)? = members["messageId"], !id.isEmpty
        {
            messageID = id
        }
        do throws(Failure) {
            let record = try EventObject(value, at: place)
            let content: RecordContent =
                switch source {
                case .s3:
                    try S3Event.uri(ofRecord: value, at: place)
                        .map { .form(Form(uri: $0)) } ?? .nothing
                case .sqs:
                    messages.content(of: try record.string("body"), at: record.place(of: "body"))
                case .sns:
                    try message(of: record, messages)
                }
            return Record(content: content, messageID: messageID)
        } catch {
            return Record(content: .unreadable(error), messageID: messageID)
        }
    }

    private static func message(
        of record: EventObject, _ messages: MessageReader
    ) throws(Failure) -> RecordContent {
        let sns = try record.object("Sns")
        return messages.content(of: try sns.string("Message"), at: sns.place(of: "Message"))
    }

    // MARK: Answering

    /// The answer to the event, from one outcome for each record, in order.
    func reply(to outcomes: [RecordOutcome]) -> Result<[UInt8], Failure> {
        precondition(outcomes.count == records.count, "each record has an outcome")
        return source == .sqs ? batchItemFailures(outcomes) : predictions(outcomes)
    }

    /// One element for each object of S3, or for each message of SNS. If nothing was classified and
    /// something failed, the whole event fails, so that the platform retries it.
    private func predictions(_ outcomes: [RecordOutcome]) -> Result<[UInt8], Failure> {
        let asked = zip(records, outcomes).filter { $0.0.content != .nothing }
        if let (record, outcome) = asked.first(where: { $0.1.failure != nil }),
            let failure = outcome.failure, !asked.contains(where: \.1.hasResult)
        {
            return .failure(failure.about(record.content.onlyItem))
        }
        return .success(
            Answer.predictions(source == .s3 ? asked.map(\.1.answer) : outcomes.map(\.answer)))
    }

    /// The failed messages, which the queue keeps and delivers again. It deletes all others.
    /// Messages that can never be answered are listed too, because only repeated failures move a
    /// message to the dead-letter queue. In a FIFO queue, everything after a failed message is
    /// kept, to preserve order.
    private func batchItemFailures(_ outcomes: [RecordOutcome]) -> Result<[UInt8], Failure> {
        let failed = outcomes.indices.filter { outcomes[$0].failure != nil }
        let kept = isFIFO ? failed.first.map { Array($0..<outcomes.count) } ?? [] : failed
        var json = JSONWriter()
        var unnamed: Int?
        json.object { json in
            json.key("batchItemFailures")
            json.array(kept) { json, index in
                guard let id = records[index].messageID else {
                    unnamed = unnamed ?? index
                    return
                }
                json.object { $0.field("itemIdentifier", id) }
            }
        }
        guard let unnamed else { return .success(json.bytes) }
        let reason = failed.lazy.compactMap { outcomes[$0].failure?.sentence }.first ?? ""
        return .failure(
            Failure(
                .badRequest,
                "Records[\(unnamed)] has no messageId by which it could be reported, so the whole "
                    + "batch fails; \(reason)"))
    }
}
