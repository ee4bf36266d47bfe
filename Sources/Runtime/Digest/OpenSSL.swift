// OpenSSL's start, in two steps, each once in a process.
//
// OpenSSL reads its configuration (openssl.cnf: providers, levels of security) as soon as it is begun,
// which is a tenth of what a process computes until it can ask Lambda for its first event. Whoever
// needs it, a digest or a connection that may be TLS, has it read first; plain connections need not.

internal import CCrypto

/// The library, as far as it has to be begun. Any thread.
enum OpenSSL {
    /// Begins it without a configuration; false where it can't be.
    ///
    /// To be called before anybody else does, libcurl above all: the first call decides
    /// (OPENSSL_init_crypto(3)).
    static func begin() -> Bool {
        OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_LOAD_CONFIG), nil) == 1
    }

    /// Has the configuration read, where it has not been yet. What is missing or wrong in it is passed
    /// over, as OpenSSL does by itself.
    static func configure() { _ = isConfigured }

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
}
