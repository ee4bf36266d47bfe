// The SHA-256 of bytes that arrive piece by piece. It identifies fetched models and recorded
// pictures. OpenSSL computes it.

internal import CCrypto

/// An incremental SHA-256, FIPS 180-4. Any thread, one at a time.
@safe package struct SHA256: ~Copyable {
    private let context: OpaquePointer

    package init() {
        OpenSSL.configure()
        guard let context = unsafe EVP_MD_CTX_new(),
            unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
        else {
            // Out of memory, as for any other allocation.
            fatalError("OpenSSL has no SHA-256")
        }
        unsafe self.context = context
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
    }

    /// Adds bytes.
    package mutating func update(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBytes { bytes in
            _ = unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        }
    }

    /// The digest as 64 lower-case hexadecimal digits.
    package consuming func hexadecimal() -> String {
        let digest = unsafe [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            var written: CUnsignedInt = 0
            _ = unsafe EVP_DigestFinal_ex(context, buffer.baseAddress, &written)
            count = Int(written)
        }
        var text: [UInt8] = []
        text.reserveCapacity(64)
        for byte in digest { text.append(hexadecimalByte: byte) }
        return String(decoding: text, as: UTF8.self)
    }

    /// The digest of bytes that are in memory.
    package static func hexadecimal(of bytes: [UInt8]) -> String {
        var digest = SHA256()
        digest.update(bytes.span)
        return digest.hexadecimal()
    }
}
