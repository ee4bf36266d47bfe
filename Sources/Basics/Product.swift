// What this program calls itself.

/// The product.
package enum Product {
    /// The version, as `--version` prints it.
    package static let version = "0.1.0"
    /// How it names itself to servers it asks, RFC 9110 §10.1.5.
    package static let userAgent = "amphora/\(version)"
}
