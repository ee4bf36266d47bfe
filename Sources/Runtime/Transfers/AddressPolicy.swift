// Which addresses a user's URI may reach: public Internet addresses, and explicitly allowed
// networks.
//
// Attackers use a service that fetches URIs to reach internal hosts: instance metadata
// (169.254.169.254), role credentials (169.254.170.2), the Runtime API, a database on the same
// network. So every address that is not globally reachable by IANA's registries of special-purpose
// addresses is refused. The policy checks the address of each connection just before it is made, so
// unusual spellings, redirects and names that resolve differently the second time don't bypass it.
// An IPv4 address inside an IPv6 one (mapped, NAT64, 6to4) is checked as IPv4.

/// Decides which addresses a transfer may connect to.
package struct AddressPolicy: Sendable {
    private let allowed: [NetworkRange]

    /// Creates a policy: public addresses, and those in the ranges of `allow`.
    package init(allow: [NetworkRange] = []) { allowed = allow }

    /// Whether a transfer may connect to the address.
    package func permits(_ address: NetworkAddress) -> Bool {
        let address = address.unmapped
        if allowed.contains(where: { $0.contains(address) }) { return true }
        switch address.family {
        case .v4: return !Self.refusedV4.contains { $0.contains(address) }
        case .v6: return permitsV6(address)
        }
    }

    private func permitsV6(_ address: NetworkAddress) -> Bool {
        // NAT64 (RFC 6052) and 6to4 (RFC 3056) lead to the IPv4 address that they carry.
        if Self.nat64.contains(address) { return permits(NetworkAddress(.v4, address.bits)) }
        guard Self.globalUnicast.contains(address) else { return false }
        if Self.sixToFour.contains(address) {
            return permits(NetworkAddress(.v4, address.bits >> 80))
        }
        return !Self.refusedV6.contains { $0.contains(address) }
    }

    /// All IPv6 addresses that are assigned to Internet hosts so far (RFC 4291 §2.4); others
    /// (loopback, unique local, link-local, multicast, unassigned) are refused.
    private static let globalUnicast = v6(0x2000 << 112, 3)
    private static let nat64 = v6(0x0064_FF9B << 96, 96)
    private static let sixToFour = v6(0x2002 << 112, 16)

    /// IANA IPv4 Special-Purpose Address Registry and multicast. A few anycast addresses of
    /// protocols in it are global, but no web server uses them.
    private static let refusedV4 = [
        v4(0, 0, 0, 0, 8),  // this network
        v4(10, 0, 0, 0, 8),  // private
        v4(100, 64, 0, 0, 10),  // shared address space of carriers
        v4(127, 0, 0, 0, 8),  // loopback
        v4(169, 254, 0, 0, 16),  // link-local: metadata and credentials of clouds
        v4(172, 16, 0, 0, 12),  // private
        v4(192, 0, 0, 0, 24),  // protocol assignments
        v4(192, 0, 2, 0, 24),  // documentation
        v4(192, 88, 99, 0, 24),  // 6to4 relays, deprecated
        v4(192, 168, 0, 0, 16),  // private
        v4(198, 18, 0, 0, 15),  // benchmarks
        v4(198, 51, 100, 0, 24),  // documentation
        v4(203, 0, 113, 0, 24),  // documentation
        v4(224, 0, 0, 0, 4),  // multicast
        v4(240, 0, 0, 0, 4),  // reserved, and broadcast
    ]

    /// IANA IPv6 Special-Purpose Address Registry, within global unicast; with the whole of
    /// 2001::/23, because no web server uses its global parts (Teredo, AMT, ORCHID…).
    private static let refusedV6 = [
        v6(0x2001 << 112, 23),  // protocol assignments, Teredo among them
        v6(0x2001_0DB8 << 96, 32),  // documentation
        v6(0x3FFF << 112, 20),  // documentation (RFC 9637)
    ]

    private static func v4(
        _ a: UInt128, _ b: UInt128, _ c: UInt128, _ d: UInt128, _ prefixLength: Int
    ) -> NetworkRange {
        let address = NetworkAddress(.v4, a << 24 | b << 16 | c << 8 | d)
        return NetworkRange(address, prefixLength: prefixLength)
    }

    private static func v6(_ bits: UInt128, _ prefixLength: Int) -> NetworkRange {
        NetworkRange(NetworkAddress(.v6, bits), prefixLength: prefixLength)
    }
}
