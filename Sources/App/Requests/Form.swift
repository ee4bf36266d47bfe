// The forms a JSON request comes in (DESIGN §4), read into one shape.
//
//     {"uri": U}                          one image, its result
//     {"uris": [U, …]}                    many, a list of predictions
//     {"instances": [{"uri": U} or {"b64": B}, …]}
//
// each with an optional "top_k". Unknown keys are ignored: clients add their own.

internal import Inference

/// Where the bytes of one image come from.
enum ImageSource: Sendable, Equatable {
    case bytes([UInt8])
    case base64(String)
    case uri(String)
}

/// One image of a request.
struct Item: Sendable, Equatable {
    let source: ImageSource
    /// What the answer calls it: the URI as sent, a `data:` URI without its data; `nil` where the
    /// image came as bytes.
    let echo: String?

    /// An image by its source.
    init(source: ImageSource) {
        self.source = source
        guard case .uri(let uri) = source else {
            echo = nil
            return
        }
        let isData = uri.prefix(5).lowercased() == "data:"
        echo = isData ? String(uri.prefix { $0 != "," }) : uri
    }

    /// An image whose bytes are known by a name.
    init(bytes: [UInt8], name: String) {
        source = .bytes(bytes)
        echo = name
    }
}

/// One request for labels, however it was written.
struct Form: Sendable, Equatable {
    enum Shape: Sendable, Equatable {
        /// The answer is this item's result.
        case one(Item)
        /// The answer is a list of predictions; a bad item does not fail the rest.
        case many([Item])
    }

    let shape: Shape
    /// `nil` where the body does not say.
    let topK: Int?

    /// The bytes of one image.
    init(image bytes: [UInt8]) {
        shape = .one(Item(source: .bytes(bytes)))
        topK = nil
    }

    /// Reads a JSON body. `allowsBareURI`: a string alone is a URI, as on a line of JSON lines.
    init(json bytes: [UInt8], maxItems: Int, allowsBareURI: Bool = false) throws(Failure) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw Failure(.badRequest, "the body is not valid JSON: \(error.reason)")
        }
        if allowsBareURI, case .string(let uri) = value {
            shape = .one(Item(source: .uri(uri)))
            topK = nil
            return
        }
        guard case .object(let fields) = value else {
            throw Failure(
                .badRequest,
                "the body must be a JSON object like {\"uri\": \"https://…\"}, not \(value.kind)")
        }
        topK = try Self.topK(fields["top_k"])
        shape = try Self.shape(fields, maxItems: maxItems)
    }

    /// Reads `top_k` where it is text, as in a query.
    static func topK(text: String) throws(Failure) -> Int {
        try topK(Double(text).map(JSONValue.number) ?? .string(text)) ?? Prediction.topKDefault
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
        _ fields: [String: JSONValue], maxItems: Int
    ) throws(Failure) -> Shape {
        let given = ["uri", "uris", "instances"].filter { fields[$0] != nil }
        guard let name = given.first, let value = fields[name] else {
            throw Failure(
                .badRequest,
                "\"uri\" is missing: the body must hold one of \"uri\", \"uris\" and \"instances\"")
        }
        guard given.count == 1 else {
            throw Failure(
                .badRequest,
                "the body must hold only one of \"uri\", \"uris\" and \"instances\", not "
                    + given.map { "\"\($0)\"" }.joined(separator: " and "))
        }
        if name == "uri" { return .one(Item(source: .uri(try uri(value, at: "uri")))) }
        let elements = try list(value, at: name, maxItems: maxItems)
        var items: [Item] = []
        items.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            let place = "\(name)[\(index)]"
            items.append(
                name == "uris"
                    ? Item(source: .uri(try uri(element, at: place)))
                    : try instance(element, at: place))
        }
        return .many(items)
    }

    private static func list(
        _ value: JSONValue, at place: String, maxItems: Int
    ) throws(Failure) -> [JSONValue] {
        guard case .array(let elements) = value else {
            throw Failure(.badRequest, "\"\(place)\" must be a list, not \(value.kind)")
        }
        guard !elements.isEmpty else {
            throw Failure(.badRequest, "\"\(place)\" is empty: it must name at least one image")
        }
        guard elements.count <= maxItems else {
            throw Failure(
                .badRequest,
                "\"\(place)\" names \(elements.count) images; at most \(maxItems) are allowed: "
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
