// A new seed reaches the generators that TLS draws from: OpenSSL counts how often each is seeded.

import CCrypto
import Testing

@testable import Basics

@Suite struct OpenSSLTests {
    @Test func `every generator of TLS takes a new seed`() {
        draw()
        let before = counts()
        draw()
        #expect(counts() == before)
        OpenSSL.renewSeeds()
        draw()
        let after = counts()
        #expect(after.count == 2)
        for (before, after) in zip(before, after) { #expect(after > before) }
    }

    /// Draws from both of this thread's generators, the public and the private one.
    private func draw() {
        var byte: UInt8 = 0
        #expect(unsafe RAND_bytes(&byte, 1) == 1)
        #expect(unsafe RAND_priv_bytes(&byte, 1) == 1)
    }

    /// The reseed counters of this thread's two generators, EVP_RAND(3ossl) "reseed_counter".
    private func counts() -> [CUnsignedInt] {
        unsafe [RAND_get0_public(nil), RAND_get0_private(nil)].map { generator in
            var count: CUnsignedInt = 0
            let size = MemoryLayout.size(ofValue: count)
            _ = unsafe withUnsafeMutablePointer(to: &count) { count in
                unsafe "reseed_counter".withCString { name in
                    let wanted = unsafe OSSL_PARAM(
                        key: name, data_type: CUnsignedInt(OSSL_PARAM_UNSIGNED_INTEGER),
                        data: count, data_size: size, return_size: 0)
                    var parameters = unsafe [wanted, OSSL_PARAM()]
                    return unsafe EVP_RAND_CTX_get_params(generator, &parameters)
                }
            }
            return count
        }
    }
}
