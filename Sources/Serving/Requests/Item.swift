// One picture of a request: where its bytes come from, and what answers call it.

internal import Basics
internal import Runtime

/// Where the bytes of one image come from.
package enum PictureSource: Sendable, Equatable {
    case bytes([UInt8])
    case base64(String)
    case uri(String)
    /// An element of a list that names none: it has its error in place and does not fail the rest.
    case unusable(Failure)
}

/// One image of a request.
package struct Item: Sendable, Equatable {
    package let source: PictureSource
    /// What the answer calls it: the URI as sent, a `data:` URI without its data; `nil` where the
    /// image came as bytes.
    package let echo: String?

    /// Whether the image is here already, and not to be fetched first.
    var isHere: Bool {
        guard case .uri(let uri) = source else { return true }
        return uri.prefix(5).lowercased() == "data:"
    }

    /// An image by its source.
    package init(source: PictureSource) {
        self.source = source
        echo = if case .uri(let uri) = source { PictureURI.echo(of: uri) } else { nil }
    }

    /// An image whose bytes are known by a name.
    package init(bytes: [UInt8], name: String) {
        source = .bytes(bytes)
        echo = name
    }
}

extension Failure {
    /// The failure with the image's name in its sentence, for who does not see them side by side.
    func about(_ item: Item?) -> Failure {
        guard let uri = item?.echo else { return self }
        return Failure(code, "\(uri.withoutURLSecrets): \(sentence)", allow: allow)
    }
}
