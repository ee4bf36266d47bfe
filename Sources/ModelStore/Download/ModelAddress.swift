// The address of a model that is fetched at start: `https://…` or `s3://bucket/key`. Pure.
//
// The end of the path tells what is fetched: an archive to unpack, or a single ONNX file. A URL's
// query may be a signature, so it is never shown or logged. Plain http is refused, because the
// server trusts its model.

internal import Basics
internal import Runtime

/// The address of a model.
package struct ModelAddress: Sendable, Equatable {
    /// Where it is fetched from.
    enum Place: Sendable, Equatable {
        case url(String)
        case object(S3Object)
    }

    /// What is fetched.
    enum Content: Sendable, Equatable {
        /// A tar archive in gzip.
        case archive
        /// A file to keep under that name.
        case network(name: String)
    }

    /// The longest address that SageMaker's clients, GitHub and model hubs accept.
    private static let longest = 8192

    let place: Place
    let content: Content
    /// For logs: no query, no password.
    package let display: String
    /// Its name on disk.
    let key: String

    /// Whether a model's name is an address.
    static func isAddress(_ name: String) -> Bool { name.contains("://") }

    /// Reads an address. Throws if it can't be an address of a model.
    init(_ text: String) throws(InputError) {
        let display = text.withoutURLSecrets.onOneLine()
        func refuse(_ reason: String) -> InputError {
            InputError(
                "--model-name (MODEL_NAME) can't be \(display.prefix(200)): \(reason)")
        }
        guard text.utf8.count <= Self.longest else {
            throw refuse("it is longer than \(Self.longest) bytes")
        }
        let scheme = text.prefix { $0 != ":" }.lowercased()
        let path: String
        switch scheme {
        case "https":
            // A URL holds no unencoded spaces or other such characters.
            guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw refuse("what is not printable ASCII must be percent-encoded")
            }
            place = .url(text)
            path = display
        case "s3":
            do throws(StoreError) {
                let object = try S3Object(uri: text)
                place = .object(object)
                path = object.key
            } catch {
                throw refuse(error.sentence)
            }
        case "http":
            throw refuse(
                "models are fetched over https:// only, which protects them on the way")
        default:
            throw refuse("an address of a model begins with https:// or s3://")
        }
        guard let content = Self.content(path) else {
            throw refuse("an address of a model ends in .tar.gz, .tgz or .onnx")
        }
        self.content = content
        self.display = display
        key = SHA256.hexadecimal(of: Array(text.utf8))
    }

    private static func content(_ path: String) -> Content? {
        let name = path.utf8.split(separator: UInt8(ascii: "/")).last.map { String(Substring($0)) }
        guard let name else { return nil }
        let ending = name.suffix(7).lowercased()
        if ending.hasSuffix(".tar.gz") || ending.hasSuffix(".tgz") { return .archive }
        guard ending.hasSuffix(".onnx") else { return nil }
        let isPlain =
            name.utf8.count <= 200 && name.first != "."
            && name.utf8.allSatisfy { PercentEncoding.isUnreserved($0) }
        return .network(name: isPlain && name.hasSuffix(".onnx") ? name : "model.onnx")
    }
}
