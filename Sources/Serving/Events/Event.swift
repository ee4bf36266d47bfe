// The payload of a Lambda invocation, sorted by its shape (docs/platforms.md B15).
//
// Only its members tell what kind of event it is. Reading never fails: an event without a known
// envelope is a direct request, and its errors, malformed JSON included, are reported like those of
// any request. The JSON is parsed once, for every kind of event.

internal import Basics
internal import Inference

/// One event.
enum Event: Sendable {
    /// A request as `/invocations` takes it, or why it can't be read: the event itself, or the
    /// detail of an EventBridge event. Its answer is the whole reply.
    case direct(Result<Form, Failure>)
    /// An event that keeps the function warm; it only needs an answer.
    case warmUp
    /// An HTTP request, to be answered in an envelope.
    case http(HTTPEvent)
    /// Records of S3, SQS or SNS.
    case records(RecordBatch)

    /// Whether its sender accepts a streamed answer: load balancers, queues and topics don't
    /// (docs/platforms.md B6).
    var takesStreams: Bool {
        switch self {
        case .direct, .warmUp: true
        case .http(let request): request.envelope.platform.takesStreams
        case .records: false
        }
    }

    /// The answer to `warmUp`.
    static let warmUpAnswer = Array(#"{"warmup":true}"#.utf8)

    /// Reads an event. Any thread; takes time and memory in proportion to it.
    init(reading bytes: [UInt8], maxItems: Int) {
        do throws(Failure) {
            let value = try Form.value(reading: bytes, from: .body, maxItems: maxItems)
            if case .object(let members) = value,
                let event = try Event(EventObject(event: members), maxItems)
            {
                self = event
            } else if case .array(let records) = value,
                let batch = try RecordBatch(records, maxItems: maxItems)
            {
                // EventBridge Pipes send records without anything around them.
                self = .records(batch)
            } else {
                self = .direct(.success(try Form(value, maxItems: maxItems)))
            }
        } catch {
            self = .direct(.failure(error))
        }
    }

    /// `nil` if the members match no envelope.
    private init?(_ event: EventObject, _ maxItems: Int) throws(Failure) {
        if let http = HTTPEvent(event) {
            self = .http(http)
        } else if case .array(let records)? = event["Records"],
            let batch = try RecordBatch(records, maxItems: maxItems)
        {
            self = .records(batch)
        } else if let content = MessageReader(maxItems: maxItems).content(ofEventBridge: event) {
            switch content {
            case .form(let form): self = .direct(.success(form))
            case .unreadable(let failure): self = .direct(.failure(failure))
            case .nothing: self = event["source"] == .string("aws.s3") ? .deletion : .warmUp
            }
        } else if S3Event.isTest(event.members) {
            self = .deletion
        } else if MessageReader.isWarmUp(event.members) {
            self = .warmUp
        } else if let refusal = ForeignEvent.refusal(of: event) {
            throw refusal
        } else {
            return nil
        }
    }

    /// A notification of S3 without an object to classify.
    private static var deletion: Event { .records(RecordBatch(none: .s3)) }
}
