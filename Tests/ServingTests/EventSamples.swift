// Events as AWS documents them, with all fields; the values are ours.
//
// Sources: Lambda guide (urls-invocation, with-s3, with-sqs, with-sns), API Gateway guide
// (http-api-develop-integrations-lambda, set-up-lambda-proxy-integrations), ELB guide
// (lambda-functions), S3 guide (notification-content-structure, ev-events), EventBridge Scheduler
// guide.

import Basics
import Inference
import Testing

@testable import Runtime
@testable import Serving

/// Sample events.
enum Samples {
    /// A string as JSON.
    static func quoted(_ text: String) -> String {
        var json = JSONWriter()
        json.element(text)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    // MARK: HTTP

    static func functionURL(
        method: String = "POST", path: String = "/invocations", query: String = "top_k=3",
        body: String = #"{"uri":"https://a/b.jpg"}"#, isBase64: Bool = false,
        stage: String = "$default",
        extraHeader: (String, String) = ("x-amzn-sagemaker-inference-id", "abc-1")
    ) -> String {
        """
        {"version": "2.0", "routeKey": "$default", "rawPath": \(quoted(path)),
         "rawQueryString": \(quoted(query)), "cookies": ["session=1", "theme=dark"],
         "headers": {
           "accept": "application/json", "content-length": "25", "content-type": "application/json",
           "host": "abcdefgh.lambda-url.eu-central-1.on.aws", "user-agent": "curl/8.5.0",
           "x-amzn-tls-cipher-suite": "TLS_AES_128_GCM_SHA256", "x-amzn-tls-version": "TLSv1.3",
           "x-amzn-trace-id": "Root=1-67e0a0f1-5f302e550dcde3b12402207d",
           "x-forwarded-for": "192.0.2.7", "x-forwarded-port": "443", "x-forwarded-proto": "https",
           \(quoted(extraHeader.0)): \(quoted(extraHeader.1))},
         "queryStringParameters": {"top_k": "3"},
         "requestContext": {
           "accountId": "123456789012", "apiId": "abcdefgh", "authentication": null,
           "authorizer": {"iam": {
             "accessKey": "AKIAEXAMPLE", "accountId": "111122223333", "callerId": "AIDAEXAMPLE",
             "cognitoIdentity": null, "principalOrgId": null,
             "userArn": "arn:aws:iam::111122223333:user/somebody", "userId": "AIDAEXAMPLE"}},
           "domainName": "abcdefgh.lambda-url.eu-central-1.on.aws", "domainPrefix": "abcdefgh",
           "http": {"method": \(quoted(method)), "path": \(quoted(path)), "protocol": "HTTP/1.1",
             "sourceIp": "192.0.2.7", "userAgent": "curl/8.5.0"},
           "requestId": "e1506fd5-9e7b-434f-bd42-4f8fa224b599", "routeKey": "$default",
           "stage": \(quoted(stage)), "time": "12/Mar/2026:19:03:58 +0000",
           "timeEpoch": 1773342238390},
         "body": \(quoted(body)), "pathParameters": null, "isBase64Encoded": \(isBase64),
         "stageVariables": null}
        """
    }

    static func restAPI(
        method: String = "POST", path: String = "/invocations",
        body: String? = #"{"uri":"https://a/b.jpg"}"#, isBase64: Bool = false
    ) -> String {
        """
        {"resource": "/{proxy+}", "path": \(quoted(path)), "httpMethod": \(quoted(method)),
         "headers": {
           "Accept": "application/json", "Content-Type": "application/json",
           "Host": "gy415nuibc.execute-api.eu-central-1.amazonaws.com",
           "X-Amzn-Trace-Id": "Root=1-67e0a0f1-0123456789abcdef01234567",
           "X-Forwarded-For": "192.0.2.7, 198.51.100.9", "X-Forwarded-Port": "443",
           "X-Amzn-SageMaker-Inference-Id": "abc-1"},
         "multiValueHeaders": {
           "Accept": ["application/json"], "Content-Type": ["application/json"],
           "Host": ["gy415nuibc.execute-api.eu-central-1.amazonaws.com"],
           "X-Amzn-Trace-Id": ["Root=1-67e0a0f1-0123456789abcdef01234567"],
           "X-Forwarded-For": ["192.0.2.7", "198.51.100.9"], "X-Forwarded-Port": ["443"],
           "X-Amzn-SageMaker-Inference-Id": ["abc-1"]},
         "queryStringParameters": {"name": "a b&c", "top_k": "3"},
         "multiValueQueryStringParameters": {"name": ["é=1", "a b&c"], "top_k": ["3"]},
         "pathParameters": {"proxy": "invocations"}, "stageVariables": {"colour": "blue"},
         "requestContext": {
           "accountId": "123456789012", "apiId": "gy415nuibc",
           "authorizer": {"claims": null, "scopes": null}, "domainName": "gy415nuibc.example",
           "domainPrefix": "gy415nuibc", "extendedRequestId": "request-id",
           "httpMethod": \(quoted(method)),
           "identity": {"accessKey": null, "accountId": null, "caller": null,
             "cognitoAuthenticationProvider": null, "cognitoAuthenticationType": null,
             "cognitoIdentityId": null, "cognitoIdentityPoolId": null, "principalOrgId": null,
             "sourceIp": "192.0.2.7", "user": null, "userAgent": "curl/8.5.0", "userArn": null,
             "clientCert": {"clientCertPem": "CERT_CONTENT", "subjectDN": "www.example.com",
               "issuerDN": "Example issuer", "serialNumber": "a1:a1",
               "validity": {"notBefore": "May 28 12:30:02 2026 GMT",
                 "notAfter": "Aug  5 09:36:04 2027 GMT"}}},
           "path": \(quoted("/prod" + path)), "protocol": "HTTP/1.1", "requestId": "id=",
           "requestTime": "04/Mar/2026:19:15:17 +0000", "requestTimeEpoch": 1772651717135,
           "resourceId": null, "resourcePath": "/{proxy+}", "stage": "prod"},
         "body": \(body.map(quoted) ?? "null"), "isBase64Encoded": \(isBase64)}
        """
    }

    static func loadBalancer(
        method: String = "POST", path: String = "/invocations", multiValue: Bool = false,
        body: String = #"{"uri":"https://a/b.jpg"}"#, isBase64: Bool = false
    ) -> String {
        let headers = [
            ("accept", "application/json"), ("connection", "keep-alive"),
            ("content-length", "25"), ("content-type", "application/json"),
            ("host", "lb-1234567.eu-central-1.elb.amazonaws.com"),
            ("x-amzn-sagemaker-inference-id", "abc-1"),
            ("x-amzn-trace-id", "Root=1-67e0a0f1-00ca239424b68028d4c56d68"),
            ("x-forwarded-for", "192.0.2.7"), ("x-forwarded-port", "80"),
            ("x-forwarded-proto", "http"),
        ]
        func members(_ pairs: [(String, String)]) -> String {
            pairs.map { "\(quoted($0)): \(multiValue ? "[\(quoted($1))]" : quoted($1))" }
                .joined(separator: ", ")
        }
        return """
            {"requestContext": {"elb": {
               "targetGroupArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/t/6d"}},
             "httpMethod": \(quoted(method)), "path": \(quoted(path)),
             "\(multiValue ? "multiValueQueryStringParameters" : "queryStringParameters")":
               {\(members([("name", "a%20b%26c"), ("top_k", "3")]))},
             "\(multiValue ? "multiValueHeaders" : "headers")": {\(members(headers))},
             "body": \(quoted(body)), "isBase64Encoded": \(isBase64)}
            """
    }

    /// A load balancer's health check.
    static let healthCheck = """
        {"requestContext": {"elb": {
           "targetGroupArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/t/6d"}},
         "httpMethod": "GET", "path": "/ping", "queryStringParameters": {},
         "headers": {"user-agent": "ELB-HealthChecker/2.0"}, "body": "", "isBase64Encoded": false}
        """

    /// VPC Lattice, version 2 of its events.
    static let lattice = """
        {"version": "2.0", "path": "/invocations", "method": "POST",
         "headers": {"accept": ["*/*"], "content-type": ["application/json"],
           "content-length": ["25"],
           "host": ["digits-0a1b.7d67968.vpc-lattice-svcs.eu-central-1.on.aws"],
           "x-forwarded-for": ["10.0.1.2", "10.0.1.3"]},
         "queryStringParameters": {"name": ["a%20b", "c"], "top_k": ["3"]},
         "body": "eyJ1cmkiOiJodHRwczovL2EvYi5qcGcifQ==", "isBase64Encoded": true,
         "requestContext": {
           "serviceNetworkArn": "arn:aws:vpc-lattice:eu-central-1:123456789012:servicenetwork/sn-1",
           "serviceArn": "arn:aws:vpc-lattice:eu-central-1:123456789012:service/svc-1",
           "targetGroupArn": "arn:aws:vpc-lattice:eu-central-1:123456789012:targetgroup/tg-1",
           "identity": {"sourceVpcArn": "arn:aws:ec2:eu-central-1:123456789012:vpc/vpc-1"},
           "region": "eu-central-1", "timeEpoch": "1773342238390"}}
        """

    // MARK: Records

    static func s3Record(
        key: String = "red+flower%2B%C3%A9.jpg", bucket: String = "photos",
        name: String = "ObjectCreated:Put", version: String? = nil
    ) -> String {
        """
        {"eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "eu-central-1",
         "eventTime": "2026-03-12T19:03:58.390Z", "eventName": \(quoted(name)),
         "userIdentity": {"principalId": "AWS:AIDAEXAMPLE"},
         "requestParameters": {"sourceIPAddress": "192.0.2.7"},
         "responseElements": {"x-amz-request-id": "C3D13FE58DE4C810",
           "x-amz-id-2": "FMyUVURIY8/IgAtTv8xRjskZQpcIZ9KG4V5Wp6S7S/JRWeUWerMUE5JgHvANOjpD"},
         "s3": {"s3SchemaVersion": "1.0", "configurationId": "828aa6fc-f7b5-4305-8584-487c791949c1",
           "bucket": {"name": \(quoted(bucket)), "ownerIdentity": {"principalId": "A3I5XTEXAMAI3E"},
             "arn": "arn:aws:s3:::photos"},
           "object": {"key": \(quoted(key)), "size": 1305107,
             "eTag": "b21b84d653bb07b05b1e6b33684dc11b",
             \(version.map { "\"versionId\": \(quoted($0))," } ?? "")
             "sequencer": "0C0F6F405D6ED209E1"}}}
        """
    }

    static func records(_ records: [String]) -> String {
        #"{"Records": ["# + records.joined(separator: ",\n") + "]}"
    }

    static func sqsRecord(_ body: String, id: String = "m0", queue: String = "images") -> String {
        let order =
            queue.hasSuffix(".fifo")
            ? #""SequenceNumber": "18849496460467696128", "MessageGroupId": "1", "MessageDeduplicationId": "1","#
            : ""
        return """
            {"messageId": \(quoted(id)), "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
             "body": \(quoted(body)),
             "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1773342238390",
               \(order) "SenderId": "AIDAEXAMPLE", "ApproximateFirstReceiveTimestamp": "1773342238402"},
             "messageAttributes": {"note": {"stringValue": "x", "stringListValues": [],
               "binaryListValues": [], "dataType": "String"}},
             "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3", "eventSource": "aws:sqs",
             "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:\(queue)",
             "awsRegion": "eu-central-1"}
            """
    }

    static func snsRecord(_ message: String) -> String {
        """
        {"EventVersion": "1.0",
         "EventSubscriptionArn": "arn:aws:sns:eu-central-1:123456789012:images:21be56ed",
         "EventSource": "aws:sns",
         "Sns": {"SignatureVersion": "1", "Timestamp": "2026-03-12T12:45:07.000Z",
           "Signature": "tcc6faL2yUC6dgZdmrwh1Y4cGa==",
           "SigningCertUrl": "https://sns.eu-central-1.amazonaws.com/Simple.pem",
           "MessageId": "95df01b4-ee98-5cb9-9903-4c221d41eb5e", "Message": \(quoted(message)),
           "MessageAttributes": {"note": {"Type": "String", "Value": "x"}},
           "Type": "Notification", "UnsubscribeUrl": "https://sns.eu-central-1.amazonaws.com/?x",
           "TopicArn": "arn:aws:sns:eu-central-1:123456789012:images", "Subject": "TestInvoke"}}
        """
    }

    /// The envelope of SNS around a message to a queue, unless raw delivery is on.
    static func snsEnvelope(_ message: String) -> String {
        """
        {"Type": "Notification", "MessageId": "dc1e94d9-56c5-5e96-808d-cc7f68faa162",
         "TopicArn": "arn:aws:sns:eu-central-1:123456789012:images", "Subject": "TestSubject",
         "Message": \(quoted(message)), "Timestamp": "2026-03-12T21:41:19.978Z",
         "SignatureVersion": "1", "Signature": "FMG5tlZhJNHLHUXvZgtZzlk24FzVa7oX==",
         "SigningCertURL": "https://sns.eu-central-1.amazonaws.com/Simple.pem",
         "UnsubscribeURL": "https://sns.eu-central-1.amazonaws.com/?x"}
        """
    }

    /// The message that S3 sends to a queue when notifications are set up.
    static let s3Test = """
        {"Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2026-03-12T19:03:58.390Z",
         "Bucket": "photos", "RequestId": "5582815E1AEA5ADF", "HostId": "8cLeGAmw098X5cv4"}
        """

    // MARK: EventBridge

    static func eventBridge(source: String, type: String, detail: String) -> String {
        """
        {"version": "0", "id": "17793124-05d4-b198-2fde-7ededc63b103", "detail-type": \(quoted(type)),
         "source": \(quoted(source)), "account": "123456789012", "time": "2026-03-12T00:00:00Z",
         "region": "eu-central-1", "resources": ["arn:aws:s3:::photos"], "detail": \(detail)}
        """
    }

    static func objectEvent(
        _ type: String = "Object Created", key: String = "a+b%20c:é.jpg", version: String? = nil
    ) -> String {
        eventBridge(
            source: "aws.s3", type: type,
            detail: """
                {"version": "0", "bucket": {"name": "photos"},
                 "object": {"key": \(quoted(key)), "size": 5,
                   "etag": "b1946ac92492d2347c6235b4d2611184",
                   \(version.map { "\"version-id\": \(quoted($0))," } ?? "")
                   "sequencer": "617f08299329d189"},
                 "request-id": "N4N7GDK58NMKJ12R", "requester": "123456789012",
                 "source-ip-address": "192.0.2.7", "reason": "PutObject"}
                """)
    }

    static let schedule = eventBridge(
        source: "aws.events", type: "Scheduled Event", detail: "{}")
    /// EventBridge Scheduler's detail is a string.
    static let scheduler = eventBridge(
        source: "aws.scheduler", type: "Scheduled Event", detail: #""{}""#)

    /// One event of every shape.
    static let all = [
        functionURL(), functionURL(stage: "prod"), restAPI(), restAPI(body: nil),
        loadBalancer(), loadBalancer(multiValue: true), healthCheck,
        lattice,
        records([s3Record(), s3Record(version: "v1"), s3Record(name: "ObjectRemoved:Delete")]),
        records([
            sqsRecord(#"{"uri": "https://a/b.jpg"}"#), sqsRecord("https://a/b.jpg", id: "m1"),
            sqsRecord(snsEnvelope(records([s3Record()])), id: "m2", queue: "images.fifo"),
        ]),
        records([snsRecord(records([s3Record()])), snsRecord(#"{"uris": ["https://a/b.jpg"]}"#)]),
        objectEvent(), objectEvent(version: "v1"), schedule, scheduler, s3Test,
        eventBridge(source: "my.app", type: "image", detail: #"{"uri": "https://a/b.jpg"}"#),
        #"{"warmup": true}"#, #"{"uri": "https://a/b.jpg", "top_k": 3}"#,
        #"{"instances": [{"b64": "QUJD"}, {"uri": "s3://photos/a b.jpg"}]}"#,
    ]
}

/// A sample with a short name for reports.
struct Sample: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let json: String

    init(_ name: String, _ json: String) {
        testDescription = name
        self.json = json
    }
}

extension Event {
    /// Reads an event in a test.
    init(_ json: String, maxItems: Int = 1000) {
        self.init(reading: Array(json.utf8), maxItems: maxItems)
    }

    var form: Form? { if case .direct(.success(let form)) = self { form } else { nil } }
    var failure: Failure? {
        if case .direct(.failure(let failure)) = self { failure } else { nil }
    }
    var http: HTTPEvent? { if case .http(let http) = self { http } else { nil } }
    var batch: RecordBatch? { if case .records(let batch) = self { batch } else { nil } }
    var isWarmUp: Bool { if case .warmUp = self { true } else { false } }
}
