// Events of services that this function is no target for, told by a member that nothing else has.
//
// Without this they would be requests without a "uri", and whoever connected the service would look
// for the mistake in the wrong place. It reads nothing but names.

internal import Basics

/// Whose event an object is, where it is nobody's that is served.
enum ForeignEvent {
    /// Members, each of which says enough, and the services by their names.
    private static let senders = [
        ("getObjectContext", "S3 Object Lambda"),
        ("invocationSchemaVersion", "S3 Batch Operations"),
        ("deliveryStreamArn", "Data Firehose"),
        ("awslogs", "CloudWatch Logs"),
        ("raw_path", "VPC Lattice in their version 1"),
        ("methodArn", "API Gateway that ask for an authorization"),
        ("routeArn", "API Gateway that ask for an authorization"),
        ("triggerSource", "Cognito"),
        ("ResponseURL", "CloudFormation"),
        ("responsePayload", "Lambda destinations"),
    ]

    /// Why an event is refused; `nil` where nothing is known of its sender.
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
        // Brokers and streams that are no lists of records: Kafka, ActiveMQ, RabbitMQ, DocumentDB.
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
