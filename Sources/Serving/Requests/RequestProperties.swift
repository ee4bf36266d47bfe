// The properties of a request, read from its head and checked before its body is read.

internal import HTTP
internal import Inference

/// What is known about a request before its body arrives.
struct RequestProperties {
    let kind: BodyKind
    /// The number of labels its query asks for.
    let topK: Int?
    /// The Accept field, or the default for a missing one.
    let accept: String
    /// The ID that the client gave its request, if any.
    let inferenceID: String?
    /// How NaN and infinity are written in JSON, for models of arrays.
    var nonFinite = NonFinite.refused
    /// The route by which arrays came.
    var route = TensorRoute.any
    /// What the body is packed with; only bodies of arrays may be.
    var coding = ContentCoding.identity

    /// The longest ID that is written to logs, in bytes; longer ones are cut (docs/platforms.md
    /// A5).
    private static let longestID = 64

    init(kind: BodyKind, topK: Int? = nil, accept: String = "", route: TensorRoute = .any) {
        self.kind = kind
        self.topK = topK
        self.accept = accept
        inferenceID = nil
        self.route = route
    }

    /// Reads a head. Throws what the client must change.
    ///
    /// `model` is the kind of the model that is asked; `acceptField` is the name of the header field
    /// that lists the accepted types; `defaultAccept` is its value if it is missing.
    init(
        _ head: borrowing RequestHead, in bytes: Span<UInt8>, for model: ModelKind = .labels,
        acceptField: StaticString = "accept", defaultAccept: String
    ) throws(Failure) {
        if let codings = head.list("content-encoding", in: bytes), !isIdentity(codings) {
            guard model == .tensors, let coding = ContentCoding(codings) else {
                throw Failure(
                    .unsupportedMediaType,
                    "the content coding “\(codings.prefix(40))” is not supported; send the body "
                        + "as it is")
            }
            self.coding = coding
        }
        let contentType = try head.single("content-type", in: bytes, meaning: mediaType(of:))
        guard var kind = BodyKind(contentType: contentType), kind.isTaken(by: model) else {
            throw Self.unsupported(contentType ?? "", for: model)
        }
        if case .binary = kind {
            kind = .binary(headerLength: try TensorMedia.headerLength(contentType ?? ""))
        }
        self.kind = kind
        accept = head.list(acceptField, in: bytes) ?? defaultAccept
        if kind != .unstated, model == .labels { try kind.requireAccepted(by: accept) }
        let query = head.query?.text(in: bytes)
        topK = try Self.topK(query)
        if model == .tensors { nonFinite = try NonFinite(query: query) }
        let given =
            head.value(of: "x-amzn-sagemaker-inference-id", in: bytes)?.text(in: bytes) ?? ""
        inferenceID =
            given.isEmpty
            ? nil : String(decoding: given.utf8.prefix(Self.longestID), as: UTF8.self)
    }

    /// Reads the head of a request to a protocol's route, whose bodies are JSON whatever their
    /// Content-Type. Throws what the client must change.
    init(
        _ head: borrowing RequestHead, in bytes: Span<UInt8>, to route: TensorRoute
    ) throws(Failure) {
        if let codings = head.list("content-encoding", in: bytes), !isIdentity(codings) {
            guard let coding = ContentCoding(codings) else {
                throw Failure(
                    .unsupportedMediaType,
                    "the content coding “\(codings.prefix(40))” is not supported; send gzip, "
                        + "deflate, or the body as it is")
            }
            self.coding = coding
        }
        let field = try head.single("inference-header-content-length", in: bytes) { $0 }
        var headerLength: Int?
        if let field, route == .v2 {
            headerLength = try TensorMedia.length(field, "Inference-Header-Content-Length")
        }
        kind = .binary(headerLength: headerLength)
        accept = ""
        topK = nil
        inferenceID = nil
        nonFinite = try NonFinite(query: head.query?.text(in: bytes))
        self.route = route
    }

    private static func unsupported(_ contentType: String, for model: ModelKind) -> Failure {
        let types =
            switch model {
            case .labels:
                "application/json, application/jsonlines, image/* or application/octet-stream"
            case .tensors:
                "application/json, application/jsonlines, text/csv, application/x-npy, "
                    + "application/x-npz or \(TensorMedia.binary)"
            }
        let what = model == .labels ? "" : "this model takes arrays: "
        return Failure(
            .unsupportedMediaType,
            "the media type “\(contentType.prefix(60))” is not supported; \(what)send \(types)")
    }

    /// The value of `top_k` in a query.
    static func topK(_ query: String?) throws(Failure) -> Int? {
        guard let text = value(of: "top_k", in: query) else { return nil }
        return try Form.topK(text: text)
    }

    /// The value of a parameter of a query.
    fileprivate static func value(of name: String, in query: String?) -> String? {
        guard let query else { return nil }
        for parameter in query.split(separator: "&") where parameter.hasPrefix("\(name)=") {
            return String(parameter.dropFirst(name.count + 1))
        }
        return nil
    }
}

/// What becomes of NaN and infinity in JSON, which has no text for them.
enum NonFinite: String, Sendable, CaseIterable {
    /// The answer is a failure that names the place.
    case refused = "error"
    /// They are written as null.
    case null

    /// The value of `non_finite` in a query. Throws `badRequest` for an unknown one.
    init(query: String?) throws(Failure) {
        guard let text = RequestProperties.value(of: "non_finite", in: query) else {
            self = .refused
            return
        }
        guard let value = NonFinite(rawValue: text) else {
            throw Failure(
                .badRequest,
                "\"non_finite\" must be error or null, not “\(text.prefix(40))”")
        }
        self = value
    }
}

/// What a body of arrays may be packed with (RFC 9110 §8.4.1).
enum ContentCoding: Sendable, Equatable {
    case identity, gzip, deflate

    /// `nil` for an unknown coding, and for several.
    init?(_ codings: String) {
        switch codings.filter({ !$0.isWhitespace }).lowercased() {
        case "gzip", "x-gzip": self = .gzip
        case "deflate": self = .deflate
        default: return nil
        }
    }
}
