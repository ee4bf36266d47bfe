// What a Lambda function was invoked with, by its shape (docs/platforms.md B15).
//
// Nothing says what an event is but its members. Reading never fails: what is no envelope is a
// direct request, and what is wrong with it is said as for any request, JSON that can't be read
// included. The JSON is read once, whatever it turns out to be.

internal import Basics
internal import Inference

/// One event.
enum Event: Sendable {
    /// A request as `/invocations` takes it, or why it is none: the event itself, or what an event
    /// of EventBridge is about. Its answer is the whole reply.
    case direct(Result<Form, Failure>)
    /// Only to be answered: it is there to keep the function warm.
    case warmUp
    /// An HTTP request, to be answered in an envelope.
    case http(HTTPEvent)
    /// Records of S3, SQS or SNS.
    case records(RecordBatch)

    /// Whether its sender can take a streamed answer: load balancers, queues and topics can't
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

    /// `nil` where the members are those of no envelope.
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

    /// S3 tells of something, and there is no object to look at.
    private static var deletion: Event { .records(RecordBatch(none: .s3)) }
}
