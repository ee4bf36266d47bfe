// Extracts the reply from a Lambda function's answer: from a platform's envelope, a streamed answer
// with a prelude, or the report of a failure (docs/platforms.md B4, B6, B15).

internal import Basics
internal import Runtime
internal import Serving

/// Reads answers of the Lambda handle.
enum LambdaReading {
    /// The reply in an outcome; `nil` if it does not have the form that the way expects.
    static func reply(_ outcome: RuntimeAPIHost.Outcome, by way: Way) -> Reply? {
        switch outcome {
        case .error(let report): return failure(report)
        case .response(let body):
            guard way == .functionURL else { return Reply(status: 200, body: body) }
            // JSON holds no NUL: one ends the prelude of a streamed answer.
            guard let end = body.firstIndex(of: 0) else { return envelope(body) }
            guard let status = members(of: Array(body[..<end])).flatMap(status) else { return nil }
            return Reply(status: status, body: Array(body[end...].drop { $0 == 0 }))
        }
    }

    private static func envelope(_ json: [UInt8]) -> Reply? {
        guard let members = members(of: json), let status = status(members),
            case .string(let text)? = members["body"]
        else { return nil }
        guard members["isBase64Encoded"] == .bool(true) else {
            return Reply(status: status, body: Array(text.utf8))
        }
        do throws(InputError) {
            return Reply(
                status: status, body: try Base64.bytes(of: text.utf8Span.span, at: "body"))
        } catch {
            return nil
        }
    }

    /// The report in the form of an answer, so that the two can be compared.
    private static func failure(_ report: [UInt8]) -> Reply? {
        guard let members = members(of: report), case .string(let type)? = members["errorType"],
            case .string(let message)? = members["errorMessage"]
        else { return nil }
        var json = JSONWriter()
        json.object { json in
            json.field("error", message)
            json.field("code", type)
        }
        return Reply(status: nil, body: json.bytes)
    }

    private static func status(_ members: [String: JSONValue]) -> Int? {
        guard case .number(let number)? = members["statusCode"] else { return nil }
        return Int(exactly: number)
    }

    private static func members(of json: [UInt8]) -> [String: JSONValue]? {
        do throws(InputError) {
            guard case .object(let members) = try JSONValue(reading: json, maxValues: .max) else {
                return nil
            }
            return members
        } catch {
            return nil
        }
    }
}
