// The random numbers of TLS. OpenSSL seeds its generators once, so processes that are restored from
// one snapshot would agree on their next keys (contracts.md B8).
//
// Nothing else here outlives a snapshot as a seed: Swift asks the kernel for each random number, and
// its dictionaries' seed, which clones do share, is no secret of any of them.

internal import CCrypto

/// OpenSSL's random generators.
package enum TLSRandomness {
    /// Takes a new seed from the kernel; the generators of all threads follow at their next number.
    /// RAND_poll(3ossl). Any thread.
    package static func renew() { _ = RAND_poll() }
}
