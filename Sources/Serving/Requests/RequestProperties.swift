// What the head of a request for labels says, checked before its body is read.

internal import HTTP

/// What is known of a request before its body.
struct RequestProperties {
    let kind: BodyKind
    /// The number of labels its query asks for.
    let topK: Int?
    /// The Accept field, or what stands for a missing one.
    let accept: String
    /// The name that the client gave its request, where it gave one.
    let inferenceID: String?

    /// The longest id that is taken over into logs, in bytes (docs/platforms.md A5).
    private static let longestID = 64

    init(kind: BodyKind, topK: Int? = nil, accept: String = "") {
        self.kind = kind
        self.topK = topK
        self.accept = accept
        inferenceID = nil
    }

    /// Reads a head. Throws what the client must change.
    ///
    /// `acceptField` is what the client says the types in that it takes; `defaultAccept` is for one
    /// that does not.
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
        let contentType = try head.single("content-type", in: bytes)
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
