// OpenSSL's state in this process: its start, in two steps that each happen once, and its random
// numbers.
//
// OpenSSL reads its configuration (openssl.cnf: providers, levels of security) when it is
// initialised. That takes a twentieth of the instructions that a process runs before it can ask
// Lambda for its first event. Code that needs the configuration (a digest, a connection that may
// use TLS) calls `configure` first; plain connections don't need it.
//
// It seeds its generators once, so processes that are restored from one snapshot would generate the
// same keys (docs/platforms.md B8). No other seed matters after a restore: Swift asks the kernel
// for each random number, and the hash seed of its dictionaries, which the clones share, is not a
// secret.

internal import CCrypto

/// The parts of the library that need explicit calls. Any thread.
package enum OpenSSL {
    /// Initialises the library without its configuration; false if that fails.
    ///
    /// Call it before any other code initialises OpenSSL, libcurl above all: the first call decides
    /// (OPENSSL_init_crypto(3)).
    package static func begin() -> Bool {
        OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_LOAD_CONFIG), nil) == 1
    }

    /// Reads the configuration, if it has not been read yet. Ignores a missing or invalid
    /// configuration, as OpenSSL's own initialisation does.
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

    /// Takes new random seeds from the kernel; the generator of each thread reseeds at its next
    /// number. RAND_poll(3ossl).
    package static func renewSeeds() { _ = RAND_poll() }
}
