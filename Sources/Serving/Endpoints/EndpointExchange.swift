// Answers in the form of SageMaker's runtime API, for a client that sends its requests to this
// server instead (`endpoint_url=http://localhost:8080`).
//
// In AWS the platform does this: the container answers `/invocations`, and the platform adds header
// fields, wraps a failure in a `ModelError`, or frames the answer as a stream of events. The
// requests themselves are invocations like any other.
// Source: SageMaker's API reference, runtime_InvokeEndpoint and
// runtime_InvokeEndpointWithResponseStream.

internal import Basics
internal import HTTP
internal import Runtime

/// A receiver whose answers have the form of an endpoint's. Loop thread.
final class EndpointReceiver: RequestReceiver {
    private let receiver: any RequestReceiver
    private let style: EndpointStyle

    init(_ receiver: any RequestReceiver, style: EndpointStyle) {
        self.receiver = receiver
        self.style = style
    }

    func receive(_ body: [UInt8], exchange: any Exchange) {
        receiver.receive(body, exchange: EndpointExchange(exchange, style: style))
    }

    func abandon() { receiver.abandon() }

    func resume() { receiver.resume() }
}

/// One answer of an endpoint. Loop thread.
private final class EndpointExchange: Exchange {
    private let exchange: any Exchange
    private let style: EndpointStyle

    init(_ exchange: any Exchange, style: EndpointStyle) {
        self.exchange = exchange
        self.style = style
    }

    var isCongested: Bool { exchange.isCongested }

    func respond(_ response: Response) { exchange.respond(style.answer(response)) }

    func beginStream(_ response: Response) { exchange.beginStream(style.answer(response)) }

    func send(_ bytes: [UInt8]) { exchange.send(style.piece(bytes)) }

    func endStream(_ failure: ErrorReport?) { exchange.endStream(failure) }
}

/// The two operations of SageMaker's runtime.
enum EndpointStyle: Equatable {
    /// `InvokeEndpoint`: the body as it is.
    case whole
    /// `InvokeEndpointWithResponseStream`: the body in events.
    case eventStream

    /// The only variant, under the default name of SageMaker's own tools.
    private static let variant = ResponseField("X-Amzn-Invoked-Production-Variant", "AllTraffic")

    /// The header field that lists the media types the client accepts.
    var acceptField: StaticString {
        switch self {
        case .whole: "accept"
        case .eventStream: "x-amzn-sagemaker-accept"
        }
    }

    /// The client's form of an answer of the container.
    func answer(_ response: Response) -> Response {
        guard (200..<300).contains(response.head.status.code) else {
            return Self.modelError(response)
        }
        var answer = response
        answer.head.fields.append(Self.variant)
        if self == .eventStream {
            let type = response.head.contentType.map { "\($0)" } ?? "application/octet-stream"
            answer.head.fields.append(ResponseField("X-Amzn-SageMaker-Content-Type", type))
            answer.head.contentType = EventStreamMessage.contentType
            answer.body = piece(response.body)
        }
        return answer
    }

    /// The client's form of a part of the container's answer.
    func piece(_ bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .whole: bytes
        case .eventStream: EventStreamMessage.parts(of: bytes)
        }
    }

    /// "Model (owned by the customer in the container) returned 4xx or 5xx error code."
    private static func modelError(_ response: Response) -> Response {
        let status = response.head.status
        let original = String(decoding: response.body, as: UTF8.self)
        let isClients = status.code < 500
        var json = JSONWriter()
        json.object { json in
            json.field(
                "ErrorCode",
                isClients ? "CLIENT_ERROR_FROM_MODEL" : "INTERNAL_FAILURE_FROM_MODEL")
            json.field(
                "Message",
                "Received \(isClients ? "client" : "server") error (\(status.code)) from primary "
                    + "with message \"\(original)\".")
            json.field("OriginalMessage", original)
            json.field("OriginalStatusCode", status.code)
        }
        return Response(
            .failedDependency, contentType: "application/json",
            fields: [ResponseField("X-Amzn-ErrorType", "ModelError")], body: json.bytes,
            report: response.report)
    }
}
