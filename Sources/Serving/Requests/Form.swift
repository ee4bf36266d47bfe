// The forms of a JSON request (docs/http.md#classify), read into one shape.
//
//     {"uri": U}                          one picture, its result
//     {"uris": [U, …]}                    many, a list of predictions
//     {"instances": [{"uri": U} or {"b64": B}, …]}
//
// each with an optional "top_k". Unknown keys are ignored: clients add their own.

package import Basics
internal import Inference
internal import Runtime

/// One request for labels, in any of its forms.
package struct Form: Sendable, Equatable {
    /// One picture, or a list.
    package enum Shape: Sendable, Equatable {
        /// The answer is this item's result.
        case one(Item)
        /// The answer is a list of predictions; a bad item does not fail the rest.
        case many([Item])
    }

    /// Where the JSON comes from; a line or a message may also be just a string, a URI
    /// (docs/rulings.md#requests).
    package enum Frame: String, Sendable {
        case body, line, message, detail

        var takesString: Bool { self == .line || self == .message }
    }

    /// The keys; a form holds exactly one of them.
    static let names = ["uri", "uris", "instances"]

    /// What it asks about.
    package let shape: Shape
    /// `nil` if the body does not set it.
    package let topK: Int?

    /// Whether pictures came with the request: they enter the queue at once.
    var holdsPictures: Bool {
        switch shape {
        case .one(let item): item.isHere
        case .many(let items): items.contains(where: \.isHere)
        }
    }

    /// The number of its pictures.
    package var pictureCount: Int {
        switch shape {
        case .one: 1
        case .many(let items): items.count
        }
    }

    /// One picture, as bytes.
    init(picture bytes: [UInt8]) {
        shape = .one(Item(source: .bytes(bytes)))
        topK = nil
    }

    /// Reads JSON. Any thread; takes time and memory in proportion to it.
    init(json bytes: [UInt8], from frame: Frame = .body, maxItems: Int) throws(Failure) {
        let value = try Self.value(reading: bytes, from: frame, maxItems: maxItems)
        try self.init(value, from: frame, maxItems: maxItems)
    }

    /// Reads parsed JSON.
    package init(_ value: JSONValue, from frame: Frame = .body, maxItems: Int) throws(Failure) {
        if frame.takesString, case .string = value {
            shape = .one(Item(source: .uri(try Self.uri(value, at: frame.rawValue))))
            topK = nil
            return
        }
        guard case .object(let fields) = value else {
            let alternative = frame.takesString ? " or a URI in quotes" : ""
            throw Failure(
                .badRequest,
                "the \(frame.rawValue) must be a JSON object like {\"uri\": \"https://…\"}"
                    + "\(alternative), not \(value.kind)")
        }
        topK = try Self.topK(fields["top_k"])
        shape = try Self.shape(fields, from: frame, maxItems: maxItems)
    }

    /// Pictures, each with a result or a failure of its own.
    init(_ items: [Item]) {
        shape = .many(items)
        topK = nil
    }

    /// One picture, and the number of its labels.
    package init(_ item: Item, topK: Int?) {
        shape = .one(item)
        self.topK = topK
    }

    /// One picture by its URI.
    init(uri: String) {
        shape = .one(Item(source: .uri(uri)))
        topK = nil
    }

    /// Parses the JSON of a request; does not check whether it is a form.
    static func value(
        reading bytes: [UInt8], from frame: Frame, maxItems: Int
    ) throws(Failure) -> JSONValue {
        do throws(InputError) {
            // A form has at most two values for each item; the rest is for keys that clients add.
            return try JSONValue(reading: bytes, maxValues: 8 * maxItems + 1_000_000)
        } catch {
            throw Failure(
                .badRequest, "the \(frame.rawValue) can't be read as JSON: \(error.reason)")
        }
    }

    /// Reads `top_k` from text, as in a query.
    static func topK(text: String) throws(Failure) -> Int? {
        try topK(Int(text).map { .number(Double($0)) } ?? .string(text))
    }

    private static func topK(_ value: JSONValue?) throws(Failure) -> Int? {
        guard let value else { return nil }
        let range = Prediction.topKRange
        guard case .number(let number) = value, let topK = Int(exactly: number),
            range.contains(topK)
        else {
            throw Failure(
                .badRequest,
                "\"top_k\" must be a whole number from \(range.lowerBound) to \(range.upperBound), "
                    + "not \(value.summary)")
        }
        return topK
    }

    private static func shape(
        _ fields: [String: JSONValue], from frame: Frame, maxItems: Int
    ) throws(Failure) -> Shape {
        let given = names.filter { fields[$0] != nil }
        guard let name = given.first, let value = fields[name] else {
            throw Failure(
                .badRequest,
                "\"uri\" is missing: the \(frame.rawValue) must hold one of \"uri\", \"uris\" and "
                    + "\"instances\"")
        }
        guard given.count == 1 else {
            throw Failure(
                .badRequest,
                "the \(frame.rawValue) must hold only one of \"uri\", \"uris\" and \"instances\", not "
                    + given.map { "\"\($0)\"" }.joined(separator: " and "))
        }
        if name == "uri" { return .one(Item(source: .uri(try uri(value, at: "uri")))) }
        let elements = try list(value, at: name, maxItems: maxItems)
        return .many(
            elements.enumerated().map { index, element in
                let place = "\(name)[\(index)]"
                do throws(Failure) {
                    return name == "uris"
                        ? Item(source: .uri(try uri(element, at: place)))
                        : try instance(element, at: place)
                } catch {
                    return Item(source: .unusable(error))
                }
            })
    }

    private static func list(
        _ value: JSONValue, at place: String, maxItems: Int
    ) throws(Failure) -> [JSONValue] {
        guard case .array(let elements) = value else {
            throw Failure(.badRequest, "\"\(place)\" must be a list, not \(value.kind)")
        }
        guard !elements.isEmpty else {
            throw Failure(.badRequest, "\"\(place)\" is empty: it must name at least one picture")
        }
        guard elements.count <= maxItems else {
            throw Failure(
                .badRequest,
                "\"\(place)\" names \(elements.count) pictures; at most \(maxItems) are allowed: "
                    + "send application/jsonlines for more")
        }
        return elements
    }

    private static func instance(
        _ value: JSONValue, at place: String
    ) throws(Failure) -> Item {
        guard case .object(let fields) = value else {
            throw Failure(
                .badRequest,
                "\"\(place)\" must be {\"uri\": …} or {\"b64\": …}, not \(value.kind)")
        }
        // TensorFlow's classifiers call their input so.
        if fields.count == 1, case .object(let inner)? = fields["image_bytes"] {
            return try instance(.object(inner), at: "\(place).image_bytes")
        }
        switch (fields["uri"], fields["b64"]) {
        case (let value?, nil):
            return Item(source: .uri(try uri(value, at: "\(place).uri")))
        case (nil, .string(let base64)?):
            return Item(source: .base64(base64))
        case (nil, let value?):
            throw Failure(
                .badRequest, "\"\(place).b64\" must be a string of base64, not \(value.kind)")
        case (_?, _?):
            throw Failure(.badRequest, "\"\(place)\" must hold \"uri\" or \"b64\", not both")
        case (nil, nil):
            throw Failure(.badRequest, "\"\(place)\" must hold \"uri\" or \"b64\"")
        }
    }

    private static func uri(_ value: JSONValue, at place: String) throws(Failure) -> String {
        guard case .string(let uri) = value else {
            throw Failure(.badRequest, "\"\(place)\" must be a string, not \(value.kind)")
        }
        guard !uri.isEmpty else { throw Failure(.badRequest, "\"\(place)\" is empty") }
        return uri
    }
}
