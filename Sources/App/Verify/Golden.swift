// One line of a recording: a request, the SHA-256 of its picture, and the answer.
//
//     {"request": {"uri": "cat.jpg", "top_k": 2}, "sha256": "…", "response": {"uri": "cat.jpg", …}}
//
// A request is any JSON request of docs/http.md. Only here, its "uri" may also be the path of a
// file, as for `predict`. Without "sha256", a changed picture is not detected. A response may lack
// its "uri". Other keys are ignored. A line that can't be read is refused, with a clause that says
// what is expected.

internal import Basics
internal import Inference
internal import Runtime
internal import Serving

/// Why a line of a recording can't be used, as a clause.
struct UnusableGolden: Error, Equatable {
    let reason: String
}

/// A recorded request and its answer.
struct Golden {
    /// The recorded request.
    enum Request {
        /// A picture in a file.
        case file(path: String, topK: Int?)
        /// Compact JSON, and its form, or why it can't be read.
        case json([UInt8], Result<Form, Failure>)
    }

    let request: Request
    /// In lower case.
    let sha256: String?
    /// Compact JSON.
    let response: [UInt8]
    /// Whether the response names its picture.
    let isNamed: Bool

    /// Its name in reports, on one line and without secrets.
    var name: String {
        switch request {
        case .file(let path, _): return path.onOneLine()
        case .json(_, .failure): return "a bad request"
        case .json(_, .success(let form)):
            switch form.shape {
            case .one(let item):
                return item.echo.map { $0.withoutURLSecrets.onOneLine() } ?? "a picture"
            case .many(let items):
                return items.count == 1 ? "a list of one" : "a list of \(items.count)"
            }
        }
    }

    /// Reads a line. Takes time and memory in proportion to its length.
    init(line: [UInt8], maxItems: Int) throws(UnusableGolden) {
        guard case .object(let members) = try Self.read(line, maxItems: maxItems) else {
            throw UnusableGolden(
                reason: "it must be an object like {\"request\": …, \"response\": …}")
        }
        guard let request = members["request"], let response = members["response"] else {
            let missing = members["request"] == nil ? "request" : "response"
            throw UnusableGolden(reason: "\"\(missing)\" is missing")
        }
        guard case .object(let asked) = request else {
            throw UnusableGolden(
                reason: "\"request\" must be an object like {\"uri\": \"cat.jpg\"}, not "
                    + request.kind)
        }
        let texts = CompactJSON.members(of: line)
        let form = Result { () throws(Failure) in try Form(request, maxItems: maxItems) }
        if case .string(let uri)? = asked["uri"], !PictureURI.isURI(uri),
            case .success(let form) = form
        {
            self.request = .file(path: uri, topK: form.topK)
        } else {
            self.request = .json(texts["request"] ?? [], form)
        }
        sha256 = try Self.digest(members["sha256"], of: form)
        isNamed = try RecordedAnswer(response).isNamed
        self.response = texts["response"] ?? []
    }

    private static func read(
        _ line: [UInt8], maxItems: Int
    ) throws(UnusableGolden) -> JSONValue {
        do throws(InputError) {
            return try JSONValue(reading: line, maxValues: 16 * maxItems + 1_000_000)
        } catch {
            // Each line is a document of its own, so the parser always says "line 1".
            let place = "line 1, "
            let reason = error.reason
            let clause = reason.hasPrefix(place) ? String(reason.dropFirst(place.count)) : reason
            throw UnusableGolden(reason: "it can't be read as JSON: \(clause)")
        }
    }

    private static func digest(
        _ value: JSONValue?, of form: Result<Form, Failure>
    ) throws(UnusableGolden) -> String? {
        guard let value, value != .null else { return nil }
        guard case .string(let text) = value, text.utf8.count == 64,
            text.allSatisfy(\.isHexDigit)
        else {
            throw UnusableGolden(
                reason: "\"sha256\" must be a string of 64 hexadecimal digits")
        }
        guard case .success(let form) = form, form.pictureCount == 1 else {
            throw UnusableGolden(
                reason: "\"sha256\" is for requests about one picture; leave it out")
        }
        return text.lowercased()
    }

    /// The line of a request about one picture.
    static func line(
        uri: String, topK: Int?, sha256: String?, response: [UInt8]
    ) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.key("request")
            json.object { json in
                json.field("uri", uri)
                if let topK { json.field("top_k", topK) }
            }
            if let sha256 { json.field("sha256", sha256) }
            json.field("response", raw: String(decoding: response, as: UTF8.self))
        }
        return json.bytes + [UInt8(ascii: "\n")]
    }
}
