// OpenSSL's own state in this process: its start, in two steps, each once, and its random numbers.
//
// OpenSSL reads its configuration (openssl.cnf: providers, levels of security) as soon as it is begun,
// which is a twentieth of what a process computes until it can ask Lambda for its first event. Whoever
// needs it, a digest or a connection that may be TLS, has it read first; plain connections need not.
//
// It seeds its generators once, so processes that are restored from one snapshot would agree on their
// next keys (docs/platforms.md B8). No other seed outlives a snapshot: Swift asks the kernel for each
// random number, and its dictionaries' seed, which clones do share, is no secret of any of them.

internal import CCrypto

/// The library, as far as somebody has to see to it. Any thread.
package enum OpenSSL {
    /// Begins it without a configuration; false where it can't be.
    ///
    /// To be called before anybody else does, libcurl above all: the first call decides
    /// (OPENSSL_init_crypto(3)).
    package static func begin() -> Bool {
        OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_LOAD_CONFIG), nil) == 1
    }

    /// Has the configuration read, where it has not been yet. What is missing or wrong in it is passed
    /// over, as OpenSSL does by itself.
    package static func configure() { _ = isConfigured }

    private static let isConfigured: Bool = {
        // So that it is not read a second time.
        guard begin() else { return false }
        let flags =
            CONF_MFLAGS_DEFAULT_SECTION | CONF_MFLAGS_IGNORE_MISSING_FILE
            | CONF_MFLAGS_IGNORE_RETURN_CODES
        let isRead = CONF_modules_load_file(nil, nil, UInt(flags)) > 0
        ERR_clear_error()
        return isRead
    }()

    /// Takes new random seeds from the kernel; the generators of all threads follow at their next
    /// number. RAND_poll(3ossl).
    package static func renewSeeds() { _ = RAND_poll() }
}
