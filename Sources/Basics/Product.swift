// The name and version of this program.

/// The product.
package enum Product {
    /// Its name, as protocols give it.
    package static let name = "amphora"
    /// The version, as `--version` prints it.
    package static let version = "0.1.0"
    /// The User-Agent of our requests, RFC 9110 §10.1.5.
    package static let userAgent = "amphora/\(version)"
}
