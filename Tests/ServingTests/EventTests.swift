// The kind of an event, which its shape alone decides.

import Testing

@testable import Serving

@Suite struct EventTests {
    @Test(arguments: [
        #"{"uri": "https://a/b.jpg", "top_k": 3}"#, #"{"uris": ["a", "b"]}"#,
        #"{"instances": [{"b64": "QUJD"}, {}]}"#,
        // A few members of an envelope do not make an envelope.
        #"{"uri": "a", "requestContext": {}}"#, #"{"uri": "a", "requestContext": 5}"#,
        #"{"uri": "a", "httpMethod": "GET"}"#, #"{"uri": "a", "Records": 5}"#,
        #"{"uri": "a", "Records": []}"#, #"{"uri": "a", "Records": [{"x": 1}]}"#,
        #"{"uri": "a", "source": "me", "detail": {}}"#, #"{"uri": "a", "source": "me"}"#,
        #"{"uri": "a", "warmup": true}"#, #"{"uri": "a", "warmup": false}"#,
        #"{"uri": "a", "version": "2.0"}"#, #"{"uri": "a", "ResponseURL": "b"}"#,
    ])
    func `a request is what /invocations would read`(_ json: String) throws {
        let direct = try Form(json: Array(json.utf8), maxItems: 1000)
        #expect(Event(json).form == direct)
    }

    @Test(arguments: [
        "", "{", "null", "5", "[]", #""https://a""#, "{}", #"{"uri": 5}"#, #"{"warmup": 1}"#,
        #"{"warmup": false}"#, #"{"Records": []}"#, #"{"source": "me", "detail-type": "x"}"#,
        #"{"uri": "a", "uri": "b"}"#, "\u{0}", #"{"requestContext": {"http": 5}}"#,
    ])
    func `any other event gets the error that /invocations gives`(
        _ json: String
    ) throws {
        let failure = try #require(Event(json).failure)
        #expect(throws: failure) { try Form(json: Array(json.utf8), maxItems: 1000) }
        #expect(failure.code == .badRequest)
    }

    @Test(arguments: [#"{"warmup": true}"#, #" {"warmup":true,"by":"plugin"} "#])
    func `a warm-up`(_ json: String) {
        #expect(Event(json).isWarmUp)
    }

    @Test func `schedules keep the function warm`() {
        #expect(Event(Samples.schedule).isWarmUp)
        #expect(Event(Samples.scheduler).isWarmUp)
        #expect(Event.warmUpAnswer == Array(#"{"warmup":true}"#.utf8))
        // Another sender may use this detail type, too.
        let own = Samples.eventBridge(
            source: "my.app", type: "Scheduled Event", detail: #"{"uri": "a"}"#)
        #expect(Event(own).form == Form(uri: "a"))
    }

    @Test func `an object created, through EventBridge`() {
        // The key is taken literally, not decoded.
        #expect(Event(Samples.objectEvent()).form == Form(uri: "s3://photos/a+b%20c:é.jpg"))
        #expect(
            Event(Samples.objectEvent(version: "IYV3.8e")).form
                == Form(uri: "s3://photos/a+b%20c:é.jpg?versionId=IYV3.8e"))
    }

    @Test func `a deleted object needs no work`() throws {
        let batch = try #require(Event(Samples.objectEvent("Object Deleted")).batch)
        #expect(batch.records.isEmpty)
        #expect(batch.reply(to: []) == .success(Array(#"{"predictions":[]}"#.utf8)))
        #expect(try #require(Event(Samples.s3Test).batch).records.isEmpty)
    }

    @Test func `the detail of other EventBridge events is the request`() {
        func event(_ detail: String, source: String = "my.app") -> Event {
            Event(Samples.eventBridge(source: source, type: "image", detail: detail))
        }
        #expect(event(#"{"uri": "a", "top_k": 2}"#).form?.topK == 2)
        #expect(event(#"{"uri": "a"}"#, source: "aws.s3").form == Form(uri: "a"))
        #expect(
            event("{}").failure
                == Failure(
                    .badRequest,
                    #""uri" is missing: the detail must hold one of "uri", "uris" and "instances""#)
        )
        #expect(
            event(#""a""#).failure?.sentence
                == #"the detail must be a JSON object like {"uri": "https://…"}, not a string"#)
    }

    @Test(arguments: [
        (
            #"{"bucket": {"name": "b"}, "object": {}}"#, #""detail.object.key" is missing"#
        ),
        (
            #"{"bucket": {"name": 5}, "object": {"key": "k"}}"#,
            #""detail.bucket.name" must be a string, not a number"#
        ),
        (#"{"object": {"key": "k"}}"#, #""detail.bucket" is missing"#),
        (
            #"{"bucket": {"name": "a/b"}, "object": {"key": "k"}}"#,
            #""detail.bucket.name" is not a bucket name: "a/b""#
        ),
        (#"{"object": 5}"#, #""detail.object" must be an object, not a number"#),
    ])
    func `an object with a malformed name`(_ detail: String, _ sentence: String) {
        let event = Samples.eventBridge(source: "aws.s3", type: "Object Created", detail: detail)
        #expect(Event(event).failure == Failure(.badRequest, sentence))
    }

    @Test func `records of other sources are refused by name`() {
        let failure = Event(#"{"Records": [{"eventSource": "aws:kinesis"}]}"#).failure
        #expect(
            failure?.sentence
                == "events of “aws:kinesis” are not supported; those of aws:s3, aws:sqs and aws:sns are"
        )
    }

    /// Services that do not invoke this function, with the events of their guides.
    @Test(arguments: [
        (
            #"{"getObjectContext": {"inputS3Url": "https://x"}, "protocolVersion": "1.00"}"#,
            "S3 Object Lambda"
        ),
        (#"{"invocationSchemaVersion": "2.0", "job": {}, "tasks": []}"#, "S3 Batch Operations"),
        (#"{"deliveryStreamArn": "arn:x", "records": []}"#, "Data Firehose"),
        (#"{"awslogs": {"data": "H4s="}}"#, "CloudWatch Logs"),
        (
            #"{"raw_path": "/ping", "method": "GET", "headers": {}}"#,
            "VPC Lattice, version 1,"
        ),
        (#"{"type": "TOKEN", "methodArn": "arn:x"}"#, "API Gateway authorizers"),
        (#"{"triggerSource": "PreSignUp_SignUp", "userPoolId": "x"}"#, "Cognito"),
        (#"{"RequestType": "Create", "ResponseURL": "https://x"}"#, "CloudFormation"),
        (
            #"{"version": "1.0", "requestContext": {"condition": "Success"}, "responsePayload": {}}"#,
            "Lambda destinations"
        ),
        (#"{"eventSource": "aws:kafka", "records": {"t-0": []}}"#, "“aws:kafka”"),
        (#"{"requestContext": {"connectionId": "x=", "eventType": "CONNECT"}}"#, "WebSocket APIs"),
        (#"{"Records": [{"cf": {"config": {}}}]}"#, "CloudFront"),
    ])
    func `events of unsupported services are refused by name`(
        _ json: String, _ sender: String
    ) {
        #expect(
            Event(json).failure
                == Failure(
                    .badRequest,
                    "events of \(sender) are not supported; those of S3, SQS, SNS, EventBridge, "
                        + "Function URLs, API Gateway, load balancers and VPC Lattice are, and "
                        + #"requests like {"uri": "https://…"}"#))
    }

    @Test func `records without anything around them, as EventBridge Pipes sends them`() throws {
        let record = Samples.sqsRecord(#"{"uri": "a"}"#, id: "m1", queue: "q.fifo")
        let batch = try #require(Event("[\(record)]").batch)
        #expect(batch.source == .sqs && batch.isFIFO)
        #expect(batch.records == [.init(content: .form(Form(uri: "a")), messageID: "m1")])
        #expect(
            Event(#"[{"eventSource": "aws:dynamodb"}]"#).failure?.sentence.hasPrefix(
                "events of “aws:dynamodb” are not supported") == true)
    }

    @Test func `each sample has its shape`() {
        let shapes = Samples.all.map { sample in
            switch Event(sample) {
            case .direct(.success): "direct"
            case .direct(.failure(let failure)): failure.sentence
            case .warmUp: "warm-up"
            case .http: "http"
            case .records: "records"
            }
        }
        let expected =
            Array(repeating: "http", count: 8) + Array(repeating: "records", count: 3)
            + ["direct", "direct", "warm-up", "warm-up", "records", "direct", "warm-up"]
            + ["direct", "direct"]
        #expect(shapes == expected)
    }
}
