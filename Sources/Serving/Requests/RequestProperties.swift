// The properties of a request for labels, read from its head and checked before its body is read.

internal import HTTP

/// What is known about a request before its body arrives.
struct RequestProperties {
    let kind: BodyKind
    /// The number of labels its query asks for.
    let topK: Int?
    /// The Accept field, or the default for a missing one.
    let accept: String
    /// The ID that the client gave its request, if any.
    let inferenceID: String?

    /// The longest ID that is written to logs, in bytes; longer ones are cut (docs/platforms.md
    /// A5).
    private static let longestID = 64

    init(kind: BodyKind, topK: Int? = nil, accept: String = "") {
        self.kind = kind
        self.topK = topK
        self.accept = accept
        inferenceID = nil
    }

    /// Reads a head. Throws what the client must change.
    ///
    /// `acceptField` is the name of the header field that lists the accepted types; `defaultAccept`
    /// is its value if it is missing.
    init(
        _ head: borrowing RequestHead, in bytes: Span<UInt8>,
        acceptField: StaticString = "accept", defaultAccept: String
    ) throws(Failure) {
        if let codings = head.list("content-encoding", in: bytes), !isIdentity(codings) {
            throw Failure(
                .unsupportedMediaType,
                "the content coding “\(codings.prefix(40))” is not supported; send the body as it is"
            )
        }
        let contentType = try head.single("content-type", in: bytes, meaning: mediaType(of:))
        guard let kind = BodyKind(contentType: contentType) else {
            throw Failure(
                .unsupportedMediaType,
                "the media type “\((contentType ?? "").prefix(60))” is not supported; send "
                    + "application/json, application/jsonlines, image/* or application/octet-stream"
            )
        }
        self.kind = kind
        accept = head.list(acceptField, in: bytes) ?? defaultAccept
        if kind != .unstated { try kind.requireAccepted(by: accept) }
        topK = try Self.topK(head.query?.text(in: bytes))
        let given =
            head.value(of: "x-amzn-sagemaker-inference-id", in: bytes)?.text(in: bytes) ?? ""
        inferenceID =
            given.isEmpty
            ? nil : String(decoding: given.utf8.prefix(Self.longestID), as: UTF8.self)
    }

    /// The value of `top_k` in a query.
    static func topK(_ query: String?) throws(Failure) -> Int? {
        guard let query else { return nil }
        for parameter in query.split(separator: "&") where parameter.hasPrefix("top_k=") {
            return try Form.topK(text: String(parameter.dropFirst("top_k=".count)))
        }
        return nil
    }
}

extension RequestHead {
    /// The method, for logs.
    var methodText: String {
        switch method {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .patch: "PATCH"
        case .trace: "TRACE"
        case .connect: "CONNECT"
        case .other: "other"
        }
    }
}
