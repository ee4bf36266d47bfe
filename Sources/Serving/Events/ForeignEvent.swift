// Events of services that this function does not support, recognised by a member that only they
// have.
//
// Otherwise such an event would be reported as a request without a "uri", which hides the real
// mistake: the wrong service is connected. Only the names of members are read.

internal import Basics

/// Recognises events of unsupported services.
enum ForeignEvent {
    /// Members that identify a service, and the services' names.
    private static let senders = [
        ("getObjectContext", "S3 Object Lambda"),
        ("invocationSchemaVersion", "S3 Batch Operations"),
        ("deliveryStreamArn", "Data Firehose"),
        ("awslogs", "CloudWatch Logs"),
        ("raw_path", "VPC Lattice, version 1,"),
        ("methodArn", "API Gateway authorizers"),
        ("routeArn", "API Gateway authorizers"),
        ("triggerSource", "Cognito"),
        ("ResponseURL", "CloudFormation"),
        ("responsePayload", "Lambda destinations"),
    ]

    /// Why an event is refused; `nil` if its sender is not recognised.
    static func refusal(of event: EventObject) -> Failure? {
        guard !Form.names.contains(where: { event.members[$0] != nil }),
            let sender = sender(of: event)
        else { return nil }
        return Failure(
            .badRequest,
            "events of \(sender) are not supported; those of S3, SQS, SNS, EventBridge, Function "
                + "URLs, API Gateway, load balancers and VPC Lattice are, and requests like "
                + "{\"uri\": \"https://…\"}")
    }

    private static func sender(of event: EventObject) -> String? {
        if let sender = senders.first(where: { event[$0.0] != nil }) { return sender.1 }
        // Brokers and streams whose events are not lists of records: Kafka, ActiveMQ, RabbitMQ,
        // DocumentDB.
        if case .string(let name)? = event["eventSource"] { return "“\(name.prefix(60))”" }
        if case .object(let context)? = event["requestContext"], context["connectionId"] != nil {
            return "WebSocket APIs"
        }
        if case .array(let records)? = event["Records"], case .object(let first)? = records.first,
            first["cf"] != nil
        {
            return "CloudFront"
        }
        return nil
    }
}
