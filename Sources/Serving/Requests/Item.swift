// One picture of a request: where its bytes come from, and its name in answers.

internal import Basics
package import Runtime

/// Where the bytes of one picture come from.
package enum PictureSource: Sendable, Equatable {
    case bytes([UInt8])
    case base64(String)
    case uri(String)
    /// What a URI led to, perhaps packed.
    case fetched(TransferBody)
    /// An element of a list that names no picture: it gets its own error and does not fail the
    /// rest.
    case unusable(Failure)
}

/// One picture of a request.
package struct Item: Sendable, Equatable {
    package let source: PictureSource
    /// Its name in the answer: the URI as sent, a `data:` URI without its data; `nil` for a picture
    /// sent as bytes.
    package let echo: String?

    /// Whether the picture came with the request, so it need not be fetched.
    var isHere: Bool {
        guard case .uri(let uri) = source else { return true }
        return uri.prefix(5).lowercased() == "data:"
    }

    /// A picture by its source.
    package init(source: PictureSource) {
        self.source = source
        echo = if case .uri(let uri) = source { PictureURI.echo(of: uri) } else { nil }
    }

    /// A picture's bytes, with a name.
    package init(bytes: [UInt8], name: String) {
        source = .bytes(bytes)
        echo = name
    }
}

extension Failure {
    /// The failure with the picture's name in its sentence, for a reader who does not see the
    /// request.
    func about(_ item: Item?) -> Failure {
        guard let uri = item?.echo else { return self }
        return Failure(code, "\(uri.withoutURLSecrets): \(sentence)", allow: allow)
    }
}
