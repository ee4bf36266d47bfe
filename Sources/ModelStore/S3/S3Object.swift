// The object that an `s3://bucket/key` URI names. Pure.
//
// The URI is not a URL: everything after the bucket's slash is the literal key, so that a key may
// contain spaces, `%`, `+`, `?`, `#`, `//` and `..`, and can be copied from a listing (as with the
// AWS CLI). Nothing is percent-decoded. Only `?versionId=…` at the very end is not part of the key.

internal import Basics
internal import Runtime

/// One object of a bucket, or one version of it.
package struct S3Object: Sendable, Equatable {
    let bucket: String
    let key: String
    let version: String?

    /// The longest key of S3, in bytes.
    private static let longestKey = 1024
    private static let versionMark = Array("?versionId=".utf8)

    /// Reads a URI whose scheme is known to be `s3`.
    package init(uri: String) throws(StoreError) {
        let afterScheme = uri.utf8.drop { $0 != UInt8(ascii: ":") }.dropFirst()
        guard afterScheme.starts(with: "//".utf8) else {
            throw StoreError.badAddress("an s3 URI must read s3://bucket/key")
        }
        let rest = afterScheme.dropFirst(2)
        let name = String(Substring(rest.prefix { $0 != UInt8(ascii: "/") }))
        try Self.requireBucket(name)
        let (key, version) = Self.split(Array(rest.dropFirst(name.utf8.count + 1)))
        guard !key.isEmpty else {
            throw StoreError.badAddress(
                "the URI names no object in the bucket “\(name)”: s3://\(name)/key")
        }
        guard key.count <= Self.longestKey else {
            throw StoreError.badAddress(
                "the key has \(key.count) bytes; keys of S3 have at most \(Self.longestKey)")
        }
        bucket = name
        self.key = String(decoding: key, as: UTF8.self)
        self.version = version.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Checks a name of a general-purpose bucket or an access point alias (Amazon S3 User Guide,
    /// "General purpose bucket naming rules"). It becomes part of a host name.
    private static func requireBucket(_ name: String) throws(StoreError) {
        if name.prefix(4).lowercased() == "arn:" {
            throw StoreError.badAddress(
                "ARNs are not accepted in s3 URIs; write the bucket's name or the access point's alias"
            )
        }
        if name.hasSuffix("--x-s3") {
            throw StoreError.badAddress("directory buckets (S3 Express One Zone) are not supported")
        }
        let isInner = { (byte: UInt8) in
            isAlphanumeric(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
        }
        let bytes = Array(name.utf8)
        guard (3...63).contains(bytes.count), bytes.allSatisfy(isInner),
            let first = bytes.first, let last = bytes.last, isAlphanumeric(first),
            isAlphanumeric(last), !name.contains(".."), NetworkAddress(name) == nil
        else {
            throw StoreError.badAddress(
                "“\(String(name.prefix(80)).onOneLine())” is not a bucket name: bucket names have "
                    + "3 to 63 characters of a–z, 0–9, - and ., with a letter or digit at both ends"
            )
        }
    }

    /// Lower case only.
    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// A key and the version after it.
    private static func split(_ text: [UInt8]) -> (key: ArraySlice<UInt8>, ArraySlice<UInt8>?) {
        // Bytes, because characters of a key may combine with adjacent ones.
        guard let question = text.lastIndex(of: UInt8(ascii: "?")),
            text[question...].starts(with: versionMark)
        else { return (text[...], nil) }
        let version = text[(question + versionMark.count)...]
        guard !version.isEmpty, version.allSatisfy(isOfVersion) else { return (text[...], nil) }
        return (text[..<question], version)
    }

    /// Versions are "URL-ready"; S3's documentation shows some with `+` and `/`.
    private static func isOfVersion(_ byte: UInt8) -> Bool {
        PercentEncoding.isUnreserved(byte) || "+/=".utf8.contains(byte)
    }
}
