// The whole way of an HTTP event: through a router, the lifecycle, and back in an envelope.

import Basics
import HTTP
import Inference
import Runtime
import Testing

@testable import Serving

@Suite(.timeLimit(.minutes(5))) struct EventRoutingTests {
    /// The status and the body of the reply to an event.
    private func reply(
        to json: String, bodyLimit: Int = 1000
    ) throws -> (status: Int, body: String) {
        let event = try #require(Event(json).http)
        let rig = try LifecycleRig()
        var limits = Limits()
        limits.bodyBytes = bodyLimit
        let router = Router(RequestSettings(), limits: limits, log: nil, host: rig)
        let response: Response
        let context = RequestContext(id: "1")
        switch event.route(through: router, context: context, limits: Limits()) {
        case .answered(let answer): response = answer
        case .refused(let failure): response = failure.response
        case .received(let receiver, let body):
            let exchange = ScriptedExchange()
            receiver.receive(body, exchange: exchange)
            try rig.turn { exchange.endCount == 1 }
            response = try #require(exchange.response)
        }
        #expect(rig.isAtRest)
        let json = try JSONValue(reading: event.envelope.reply(to: response), maxValues: 100)
        guard case .object(let members) = json, case .number(let status)? = members["statusCode"],
            case .string(let body)? = members["body"]
        else {
            Issue.record("\(json)")
            return (0, "")
        }
        return (Int(status), body)
    }

    @Test(arguments: [
        (#"["text/html", "application/json"]"#, #"["application/json"]"#, 200),
        (#"["text/html", "image/*"]"#, #"["application/json"]"#, 406),
        (#"["*/*"]"#, #"["application/json", "application/json"]"#, 200),
        (#"["*/*"]"#, #"["application/json", "image/png"]"#, 400),
    ])
    func `lists of values are read whole`(
        _ accept: String, _ contentType: String, _ status: Int
    ) throws {
        let event = """
            {"httpMethod": "POST", "path": "/invocations", "requestContext": {"elb": {}},
             "multiValueHeaders": {"accept": \(accept), "content-type": \(contentType)},
             "body": \(Samples.quoted(#"{"instances":[{"b64":"ok cat"}]}"#))}
            """
        #expect(try reply(to: event).status == status)
    }

    @Test(arguments: [
        Sample(
            "Function URL", Samples.functionURL(body: #"{"instances":[{"b64":"ok cat"}]}"#)),
        Sample("REST API", Samples.restAPI(body: #"{"instances":[{"b64":"ok cat"}]}"#)),
        Sample("load balancer", Samples.loadBalancer(body: #"{"instances":[{"b64":"ok cat"}]}"#)),
        Sample(
            "base64",
            Samples.functionURL(
                body: "eyJpbnN0YW5jZXMiOlt7ImI2NCI6Im9rIGNhdCJ9XX0=", isBase64: true)),
    ])
    func `the answer is that of the server`(_ event: Sample) throws {
        let reply = try reply(to: event.json)
        #expect(reply.status == 200)
        #expect(
            reply.body == #"{"predictions":[{"results":[{"label":"cat/3","prob":"0.5"}]}]}"#)
    }

    private static func error(_ sentence: String, _ code: String = "BadRequest") -> String {
        #"{"error":\#(Samples.quoted(sentence)),"code":"Function.\#(code)"}"#
    }

    @Test(arguments: [
        (Sample("health check", Samples.healthCheck), 200, ""),
        (Sample("HEAD", Samples.functionURL(method: "HEAD", path: "/ping")), 200, ""),
        (
            Sample("GET", Samples.functionURL(method: "GET")), 405,
            error("this route takes POST", "MethodNotAllowed")
        ),
        (
            Sample("path", Samples.restAPI(path: "/x")), 404,
            error(
                "there is no such route; there are /ping, /invocations, for SageMaker's clients "
                    + "/endpoints/NAME/invocations, and those of /v1/models and /v2/models",
                "NotFound")
        ),
        (
            Sample("form", Samples.loadBalancer(body: "{}")), 400,
            error(#""uri" is missing: the body must hold one of "uri", "uris" and "instances""#)
        ),
        (
            Sample("field", Samples.functionURL(extraHeader: ("x", "a\nb"))), 400,
            error(ProtocolError.invalidFieldValue.sentence)
        ),
        (
            Sample("query", Samples.functionURL(query: "top_k=0")), 400,
            error(#""top_k" must be a whole number from 1 to 1000, not 0"#)
        ),
        (
            Sample("base64", Samples.restAPI(body: "?", isBase64: true)), 400,
            error("the event's body does not hold valid base64: character 1 is “?”")
        ),
        (
            Sample("event", #"{"httpMethod": "GET", "path": 5, "requestContext": {}}"#), 400,
            error(#""path" must be a string, not a number"#)
        ),
    ])
    func `each failure has its status`(
        _ event: Sample, _ status: Int, _ body: String
    ) throws {
        let reply = try reply(to: event.json)
        #expect(reply.status == status)
        #expect(reply.body == body)
    }

    @Test func `a route's limit holds for the body that was decoded`() throws {
        let body = #"{"instances":[{"b64":"ok cat"}]}"#
        #expect(
            try reply(to: Samples.functionURL(body: body), bodyLimit: body.utf8.count).status == 200
        )
        let reply = try reply(to: Samples.functionURL(body: body), bodyLimit: body.utf8.count - 1)
        #expect(reply.status == 413)
        #expect(
            reply.body
                == #"{"error":"the body is larger than the 31 bytes that are allowed","code":"Function.PayloadTooLarge"}"#
        )
    }
}
