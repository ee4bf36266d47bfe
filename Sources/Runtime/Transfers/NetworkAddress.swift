// IP addresses and address ranges as values: for the address policy, which checks whether the
// address of a connection is in a range, however the URL spelled it.
//
// Only numeric forms are read here (inet_pton(3)); names and older numeric spellings (127.1,
// 0x7f000001) go to the resolver, and the policy sees the resulting address.

internal import Glibc

/// An IPv4 or IPv6 address.
package struct NetworkAddress: Sendable, Hashable {
    /// The address family.
    package enum Family: Sendable { case v4, v6 }

    package let family: Family
    /// The address as a number; an IPv4 address in the lowest 32 bits.
    package let bits: UInt128

    /// Creates an address of a family from its number.
    package init(_ family: Family, _ bits: UInt128) {
        self.family = family
        self.bits = family == .v4 ? bits & 0xFFFF_FFFF : bits
    }

    /// Creates an address from its bytes in network order; `nil` unless there are 4 or 16.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        let family: Family = bytes.count == 4 ? .v4 : .v6
        self.init(family, bytes.reduce(0) { $0 << 8 | UInt128($1) })
    }

    /// Reads the numeric form ("10.1.2.3", "2001:db8::1"); `nil` if the text is not one. No zone,
    /// no port.
    package init?(_ text: String) {
        var bytes = [UInt8](repeating: 0, count: 16)
        if unsafe inet_pton(AF_INET, text, &bytes) == 1 {
            self.init(bytes: bytes.prefix(4))
        } else if unsafe inet_pton(AF_INET6, text, &bytes) == 1 {
            self.init(bytes: bytes)
        } else {
            return nil
        }
    }

    /// The width of the family's addresses in bits.
    var width: Int { family == .v4 ? 32 : 128 }

    /// The IPv4 address inside an IPv4-mapped IPv6 address (`::ffff:0:0/96`); otherwise the address
    /// itself.
    var unmapped: NetworkAddress {
        guard family == .v6, bits >> 32 == 0xFFFF else { return self }
        return NetworkAddress(.v4, bits)
    }
}

extension NetworkAddress: CustomStringConvertible {
    /// The numeric form, inet_ntop(3).
    package var description: String {
        let count = width / 8
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: bits >> (8 * (count - 1 - $0))) }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let number = family == .v4 ? AF_INET : AF_INET6
        guard unsafe inet_ntop(number, bytes, &text, socklen_t(text.count)) != nil else {
            return "?"
        }
        // Whether `CChar` has a sign depends on the platform.
        let characters = text.prefix { $0 != 0 }.map { UInt8(truncatingIfNeeded: $0) }
        return String(decoding: characters, as: UTF8.self)
    }
}

/// The addresses that share a prefix, as "10.0.0.0/8" or "::1".
package struct NetworkRange: Sendable, Hashable {
    /// The text of a range is invalid.
    package struct ParseError: Error, Equatable {
        /// A readable sentence that quotes the text and shows valid forms.
        package let sentence: String
    }

    private let first: NetworkAddress
    private let prefixLength: Int

    /// The range of all addresses whose first `prefixLength` bits are those of `address`.
    init(_ address: NetworkAddress, prefixLength: Int) {
        precondition((0...address.width).contains(prefixLength))
        // A range of IPv4-mapped addresses becomes the range of the IPv4 addresses.
        let isMapped = address.unmapped != address && prefixLength >= 96
        let length = isMapped ? prefixLength - 96 : prefixLength
        let base = isMapped ? address.unmapped : address
        let free = UInt128(base.width - length)
        first = NetworkAddress(base.family, free == 128 ? 0 : (base.bits >> free) << free)
        self.prefixLength = length
    }

    /// Reads an address, or an address followed by a slash and a prefix length in bits (RFC 4632).
    ///
    /// Bits after the prefix may be set ("10.1.2.3/8"); they are ignored.
    package static func parse(_ text: String) throws(ParseError) -> NetworkRange {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = NetworkAddress(String(parts[0])) else { throw error(text) }
        guard parts.count == 2 else { return NetworkRange(address, prefixLength: address.width) }
        let digits = parts[1]
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(digits),
            length <= address.width
        else { throw error(text) }
        return NetworkRange(address, prefixLength: length)
    }

    /// Whether the address is in the range; an IPv4-mapped one counts as its IPv4 address.
    package func contains(_ address: NetworkAddress) -> Bool {
        let address = address.unmapped
        guard address.family == first.family else { return false }
        let free = UInt128(address.width - prefixLength)
        return free == 128 || address.bits >> free == first.bits >> free
    }

    private static func error(_ text: String) -> ParseError {
        ParseError(
            sentence: "\"\(text)\" is not a network range; write an address such as 10.1.2.3 or "
                + "::1, or a range such as 10.0.0.0/8 or fd00::/8")
    }
}

extension NetworkRange: CustomStringConvertible {
    /// The form that `parse` reads.
    package var description: String { "\(first)/\(prefixLength)" }
}
