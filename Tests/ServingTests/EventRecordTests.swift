// Records of S3, SQS and SNS: the request in each, and the errors for malformed ones.

import Inference
import Testing

@testable import Serving

@Suite struct EventRecordTests {
    private func batch(_ records: [String], maxItems: Int = 1000) throws -> RecordBatch {
        try #require(Event(Samples.records(records), maxItems: maxItems).batch)
    }

    private func contents(_ records: [String], maxItems: Int = 1000) throws -> [RecordContent] {
        try batch(records, maxItems: maxItems).records.map(\.content)
    }

    /// The request that a message in a queue carries.
    private func content(_ body: String) throws -> RecordContent {
        try #require(try contents([Samples.sqsRecord(body)]).first)
    }

    private func uris(_ uris: String...) -> RecordContent {
        .form(Form(uris.map { Item(source: .uri($0)) }))
    }

    private func sentence(_ content: RecordContent?) -> String? {
        guard case .unreadable(let failure) = content else { return nil }
        #expect(failure.code == .badRequest)
        return failure.sentence
    }

    // MARK: S3

    @Test(arguments: [
        ("red+flower%2B%C3%A9.jpg", nil, "s3://photos/red flower+é.jpg"),
        ("a/b%2Fc%3Fd%23e%25f", nil, "s3://photos/a/b/c?d#e%f"),
        ("k", "v.1", "s3://photos/k?versionId=v.1"),
        ("k", "", "s3://photos/k"), ("k", "null", "s3://photos/k?versionId=null"),
        ("100%", nil, "s3://photos/100%"), ("%2", nil, "s3://photos/%2"),
        ("%zz", nil, "s3://photos/%zz"),
        ("+", nil, "s3://photos/ "), ("..%2F..", nil, "s3://photos/../.."),
    ])
    func `an object's URI holds its key as it is`(
        _ key: String, _ version: String?, _ uri: String
    ) throws {
        #expect(
            try contents([Samples.s3Record(key: key, version: version)]) == [.form(Form(uri: uri))])
    }

    @Test(arguments: [
        "ObjectRemoved:Delete", "ObjectRemoved:DeleteMarkerCreated", "LifecycleExpiration:Delete",
        "s3:ObjectRemoved:Delete", "LifecycleExpiration:DeleteMarkerCreated",
    ])
    func `deleted objects need no work`(_ name: String) throws {
        #expect(try contents([Samples.s3Record(name: name)]) == [.nothing])
    }

    @Test(arguments: [
        "ObjectCreated:CompleteMultipartUpload", "ObjectRestore:Completed", "ObjectTagging:Put", "",
    ])
    func `created objects are classified`(_ name: String) throws {
        #expect(
            try contents([Samples.s3Record(key: "k", name: name)])
                == [.form(Form(uri: "s3://photos/k"))])
    }

    @Test(arguments: [
        (#"5"#, #""Records[1]" must be an object, not a number"#),
        (#"{}"#, #""Records[1].s3" is missing"#),
        (#"{"s3": []}"#, #""Records[1].s3" must be an object, not a list"#),
        (#"{"s3": {"object": {}}}"#, #""Records[1].s3.object.key" is missing"#),
        (
            #"{"s3": {"object": {"key": 5}}}"#,
            #""Records[1].s3.object.key" must be a string, not a number"#
        ),
        (#"{"s3": {"object": {"key": "k"}}}"#, #""Records[1].s3.bucket" is missing"#),
        (
            #"{"s3": {"object": {"key": "k"}, "bucket": {"name": ""}}}"#,
            #""Records[1].s3.bucket.name" is not a bucket name: """#
        ),
        (
            #"{"s3": {"object": {"key": ""}, "bucket": {"name": "b"}}}"#,
            #""Records[1].s3.object.key" is empty"#
        ),
        (
            #"{"s3": {"object": {"key": "%FF"}, "bucket": {"name": "b"}}}"#,
            #""Records[1].s3.object.key" does not decode to UTF-8"#
        ),
        (
            #"{"s3": {"object": {"key": "k", "versionId": 1}, "bucket": {"name": "b"}}}"#,
            #""Records[1].s3.object.versionId" must be a string, not a number"#
        ),
        (#"{"eventName": 5}"#, #""Records[1].eventName" must be a string, not a number"#),
    ])
    func `a record that can't be read fails alone`(_ record: String, _ complaint: String) throws {
        let contents = try contents([
            Samples.s3Record(key: "k"), record, Samples.s3Record(key: "l"),
        ])
        #expect(contents.count == 3)
        #expect(contents[0] == .form(Form(uri: "s3://photos/k")))
        #expect(sentence(contents[1]) == complaint)
        #expect(contents[2] == .form(Form(uri: "s3://photos/l")))
    }

    // MARK: Messages

    @Test func `a message is a request or a URI`() throws {
        #expect(try content(#"{"uri": "https://a"}"#) == .form(Form(uri: "https://a")))
        #expect(try content(#" "https://a" "#) == .form(Form(uri: "https://a")))
        #expect(try content(" s3://b/my key.jpg\r\n") == .form(Form(uri: "s3://b/my key.jpg")))
        // Only JSON whitespace around them is skipped.
        #expect(try content(" \u{3000}\u{85} ") == .form(Form(uri: "\u{3000}\u{85}")))
        #expect(try content(#"{"uri": "a", "warmup": true}"#) == .form(Form(uri: "a")))
        #expect(try content(#"{"uris": ["a", "b"]}"#) == uris("a", "b"))
        #expect(
            try content(#"{"instances": [{"b64": "QQ=="}], "top_k": 2}"#)
                == .form(
                    Form(
                        json: Array(#"{"instances": [{"b64": "QQ=="}], "top_k": 2}"#.utf8),
                        maxItems: 5)))
    }

    @Test func `notifications are found inside every envelope`() throws {
        let notification = Samples.records([
            Samples.s3Record(key: "a+b"), Samples.s3Record(name: "ObjectRemoved:Delete"),
            Samples.s3Record(key: "c", version: "v"),
        ])
        let expected = uris("s3://photos/a b", "s3://photos/c?versionId=v")
        #expect(try content(notification) == expected)
        #expect(try content(Samples.snsEnvelope(notification)) == expected)
        #expect(try contents([Samples.snsRecord(notification)]) == [expected])
        let object = RecordContent.form(Form(uri: "s3://photos/a+b%20c:é.jpg"))
        #expect(try content(Samples.objectEvent()) == object)
        #expect(try content(Samples.snsEnvelope(Samples.objectEvent())) == object)
        #expect(try contents([Samples.snsRecord("https://a")]) == [.form(Form(uri: "https://a"))])
        #expect(
            try content(Samples.snsEnvelope(#"{"uri": "a"}"#)) == .form(Form(uri: "a")))
    }

    @Test(arguments: [
        Sample("S3's test", Samples.s3Test),
        Sample("S3's test by SNS", Samples.snsEnvelope(Samples.s3Test)),
        Sample("schedule", Samples.schedule), Sample("scheduler", Samples.scheduler),
        Sample("warm-up", #"{"warmup": true}"#), Sample("no records", #"{"Records": []}"#),
        Sample("deletion by EventBridge", Samples.objectEvent("Object Deleted")),
        Sample("deletion", Samples.records([Samples.s3Record(name: "ObjectRemoved:Delete")])),
    ])
    func `messages that need no work`(_ body: Sample) throws {
        #expect(try content(body.json) == .nothing)
    }

    private static let unreadable: [(Sample, String)] = [
        (Sample("empty", ""), #""Records[0].body" is empty: it must hold a request or a URI"#),
        (Sample("blank", " \n"), #""Records[0].body" is empty: it must hold a request or a URI"#),
        (
            Sample("cut", "{"),
            """
            Records[0].body: the message can't be read as JSON: line 1, column 2: expected a key in \
            double quotes, the text ends
            """
        ),
        (
            Sample("list", "[]"),
            """
            Records[0].body: the message must be a JSON object like {"uri": "https://…"} or a URI in \
            quotes, not a list
            """
        ),
        (
            Sample("none", "{}"),
            """
            Records[0].body: "uri" is missing: the message must hold one of "uri", "uris" and \
            "instances"
            """
        ),
        (
            Sample("detail", #"{"source": "me", "detail-type": "x", "detail": {}}"#),
            """
            Records[0].body: "uri" is missing: the detail must hold one of "uri", "uris" and \
            "instances"
            """
        ),
        (
            Sample("SNS", Samples.snsEnvelope("[]")),
            """
            Records[0].body.Message: the message must be a JSON object like {"uri": "https://…"} or \
            a URI in quotes, not a list
            """
        ),
        (
            Sample("wrapped", (0..<4).reduce("a") { text, _ in Samples.snsEnvelope(text) }),
            #""Records[0].body.Message.Message.Message" is wrapped more than 3 times"#
        ),
        (
            Sample("key", Samples.objectEvent(key: "")),
            #""Records[0].body.detail.object.key" is empty"#
        ),
    ]

    @Test(arguments: unreadable)
    func `messages that can't be read`(_ body: Sample, _ complaint: String) throws {
        #expect(sentence(try content(body.json)) == complaint)
    }

    @Test func `in a notification inside of a message a record fails alone`() throws {
        let body = Samples.records([Samples.s3Record(key: "k"), "{}"])
        let failure = Failure(.badRequest, #""Records[0].body.Records[1].s3" is missing"#)
        #expect(
            try content(body)
                == .form(
                    Form([
                        Item(source: .uri("s3://photos/k")), Item(source: .unusable(failure)),
                    ])))
    }

    @Test func `records that lack a required member`() throws {
        let sqs = #"{"eventSource": "aws:sqs", "messageId": "m0"}"#
        #expect(sentence(try contents([sqs]).first) == #""Records[0].body" is missing"#)
        #expect(try batch([sqs]).records.first?.messageID == "m0")
        let sns = #"{"EventSource": "aws:sns"}"#
        #expect(sentence(try contents([sns]).first) == #""Records[0].Sns" is missing"#)
        #expect(
            sentence(try contents([#"{"EventSource": "aws:sns", "Sns": {"Message": {}}}"#]).first)
                == #""Records[0].Sns.Message" must be a string, not an object"#)
    }

    // MARK: Batches

    @Test func `a batch's sender, and whether order counts`() throws {
        #expect(try batch([Samples.s3Record()]).source == .s3)
        #expect(try batch([Samples.snsRecord("a")]).source == .sns)
        let queue = try batch([Samples.sqsRecord("a", id: "x"), Samples.sqsRecord("b", id: "")])
        #expect(queue.source == .sqs && !queue.isFIFO)
        #expect(queue.records.map(\.messageID) == ["x", nil])
        #expect(try batch([Samples.sqsRecord("a", queue: "images.fifo")]).isFIFO)
        // The first record that says so decides.
        #expect(try batch(["5", "{}", Samples.sqsRecord("a")]).source == .sqs)
    }

    @Test func `records and pictures are bounded`() throws {
        let records = Array(repeating: Samples.sqsRecord("https://a"), count: 4)
        #expect(
            Event(Samples.records(records), maxItems: 3).failure
                == Failure(.badRequest, "the event has 4 records; at most 3 are allowed"))
        let lists = [#"{"uris": ["a", "b"]}"#, #"{"uri": "c"}"#, #"{"uris": ["d", "e"]}"#]
        let contents = try contents(lists.map { Samples.sqsRecord($0) }, maxItems: 4)
        #expect(contents[0] == uris("a", "b"))
        #expect(contents[1] == .form(Form(uri: "c")))
        #expect(
            sentence(contents[2])
                == "Records[2]: the event names too many pictures up to this record, 5; at most 4 are allowed"
        )
        let notification = Samples.records([Samples.s3Record(), Samples.s3Record()])
        #expect(
            sentence(try self.contents([Samples.sqsRecord(notification)], maxItems: 1).first)
                == #""Records[0].body.Records" names 2 objects; at most 1 are allowed"#)
    }
}
