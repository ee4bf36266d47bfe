import EventLoop
import Testing

@testable import Runtime

@Suite struct AddressPolicyTests {
    /// A refused range: its first and last address, and whether its neighbours are refused too
    /// (by another range).
    struct Refused: Sendable, CustomTestStringConvertible {
        let first: String
        let last: String
        var isBeforeRefused = false
        var isAfterRefused = false
        var testDescription: String { "\(first)–\(last)" }
    }

    static let refused = [
        Refused(first: "0.0.0.0", last: "0.255.255.255", isBeforeRefused: true),
        Refused(first: "10.0.0.0", last: "10.255.255.255"),
        Refused(first: "100.64.0.0", last: "100.127.255.255"),
        Refused(first: "127.0.0.0", last: "127.255.255.255"),
        Refused(first: "169.254.0.0", last: "169.254.255.255"),
        Refused(first: "172.16.0.0", last: "172.31.255.255"),
        Refused(first: "192.0.0.0", last: "192.0.0.255"),
        Refused(first: "192.0.2.0", last: "192.0.2.255"),
        Refused(first: "192.88.99.0", last: "192.88.99.255"),
        Refused(first: "192.168.0.0", last: "192.168.255.255"),
        Refused(first: "198.18.0.0", last: "198.19.255.255"),
        Refused(first: "198.51.100.0", last: "198.51.100.255"),
        Refused(first: "203.0.113.0", last: "203.0.113.255"),
        Refused(first: "224.0.0.0", last: "239.255.255.255", isAfterRefused: true),
        Refused(
            first: "240.0.0.0", last: "255.255.255.255", isBeforeRefused: true, isAfterRefused: true
        ),
        // All below global unicast: ::, ::1, mapped and compatible, NAT64 locally, discard.
        Refused(
            first: "64:ff9b:1::", last: "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            isBeforeRefused: true),
        Refused(first: "2001::", last: "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"),
        Refused(first: "2001:db8::", last: "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
        Refused(first: "3fff::", last: "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"),
        // All above it: SRv6, unique local, link-local, site-local, multicast.
        Refused(
            first: "4000::", last: "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", isAfterRefused: true),
        // 6to4 of 10/8.
        Refused(first: "2002:a00::", last: "2002:aff:ffff:ffff:ffff:ffff:ffff:ffff"),
        // NAT64 of 127/8.
        Refused(first: "64:ff9b::7f00:0", last: "64:ff9b::7fff:ffff"),
    ]

    @Test(arguments: refused)
    func `a range is refused from its first address to its last`(range: Refused) throws {
        let policy = AddressPolicy()
        let first = try #require(NetworkAddress(range.first))
        let last = try #require(NetworkAddress(range.last))
        #expect(!policy.permits(first))
        #expect(!policy.permits(last))
        let before = NetworkAddress(first.family, first.bits &- 1)
        let after = NetworkAddress(last.family, last.bits &+ 1)
        #expect(policy.permits(before) != range.isBeforeRefused, "\(before)")
        #expect(policy.permits(after) != range.isAfterRefused, "\(after)")
    }

    @Test(arguments: [
        "0.0.0.0", "127.0.0.1", "169.254.169.254", "169.254.170.2", "255.255.255.255", "::", "::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1",
        "64:ff9b::169.254.169.254", "64:ff9b:1::8.8.8.8", "2002:7f00:1::", "2002:a9fe:a9fe::1",
        "100::1", "2001::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "5f00::1",
    ])
    func `an address with a meaning of its own is refused`(text: String) throws {
        #expect(!AddressPolicy().permits(try #require(NetworkAddress(text))))
    }

    @Test(arguments: [
        "1.1.1.1", "8.8.8.8", "52.216.0.1", "100.63.255.255", "100.128.0.0", "223.255.255.255",
        "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1", "2600:1f00::1", "2a00:1450::1",
        "2620:0:2d0:200::7",
    ])
    func `a public address is permitted`(text: String) throws {
        #expect(AddressPolicy().permits(try #require(NetworkAddress(text))))
    }

    @Test func `ranges that are allowed are permitted, and no others`() throws {
        let ranges = try ["10.1.2.3", "192.168.7.0/24", "fd00::/64", "::ffff:172.16.0.0/112"]
            .map { text throws in try NetworkRange.parse(text) }
        let policy = AddressPolicy(allow: ranges)
        for (text, isPermitted) in [
            ("10.1.2.3", true), ("10.1.2.4", false), ("192.168.7.0", true), ("192.168.8.0", false),
            ("192.168.7.255", true), ("fd00::1", true), ("fd00:0:0:1::", false),
            ("::ffff:10.1.2.3", true), ("64:ff9b::10.1.2.3", true), ("2002:a01:203::", true),
            ("172.16.1.1", true), ("172.17.0.0", false), ("8.8.8.8", true),
        ] {
            let address = try #require(NetworkAddress(text))
            #expect(policy.permits(address) == isPermitted, "\(text)")
        }
    }

    @Test(arguments: ["0.0.0.0/0", "::/0"])
    func `everything of a family can be allowed`(text: String) throws {
        let policy = AddressPolicy(allow: [try NetworkRange.parse(text)])
        let isV4 = text.contains(".")
        #expect(policy.permits(try #require(NetworkAddress("127.0.0.1"))) == isV4)
        #expect(policy.permits(try #require(NetworkAddress("::1"))) != isV4)
    }

    @Test(arguments: [
        "", "localhost", "10.0.0", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8/8",
        "10.0.0.0/+8", "::/129", "fe80::1%eth0", "256.0.0.1", " 10.0.0.1", "/8", "[::1]",
    ])
    func `the error for a malformed range says what is expected`(text: String) throws {
        let error = #expect(throws: NetworkRange.ParseError.self) { try NetworkRange.parse(text) }
        let sentence = try #require(error?.sentence)
        #expect(sentence.hasPrefix("\"\(text)\" is not a network range"))
        #expect(sentence.contains("10.0.0.0/8"))
    }

    @Test(arguments: [
        ("10.1.2.3", "10.1.2.3/32"), ("10.1.2.3/8", "10.0.0.0/8"), ("::1", "::1/128"),
        ("fd00::1/8", "fd00::/8"), ("0.0.0.0/0", "0.0.0.0/0"),
        ("::ffff:10.1.2.3/104", "10.0.0.0/8"),
    ])
    func `a range shows its prefix`(text: String, shown: String) throws {
        #expect(try NetworkRange.parse(text).description == shown)
    }
}

/// The policy in force, with real sockets and every way to write an address.
@Suite(.timeLimit(.minutes(5))) struct AddressPolicyTransferTests {
    @Test(arguments: [
        "127.0.0.1", "127.1", "127.0.1", "0x7f000001", "0x7f.1", "2130706433", "017700000001",
        "0177.0.0.1", "0", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:7f00:1]",
        "[::]", "localhost", "LOCALHOST", "a.localhost",
        "%31%32%37.0.0.1", "10-0-0-1.test", "127-0-0-1.169-254-169-254.test",
    ])
    func `loopback is refused in every spelling`(host: String) throws {
        let server = TransferServer { _ in .response() }
        let harness = try TransferHarness(policy: AddressPolicy())
        let error = try #require(try harness.get(server.url("/", host: host)).failure)
        guard case .forbidden(_, let address) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(!host.hasSuffix(".test") || !error.sentence.contains(address))
        #expect(server.connections == 0)
        harness.pool.close()
    }

    @Test(arguments: ["localhost.", "127.0.0.1.", "①②⑦.⓪.⓪.①", "127.0.0.1%00.example.com"])
    func `loopback is refused in spellings that only some resolvers accept`(host: String) throws {
        let server = TransferServer { _ in .response() }
        let harness = try TransferHarness(policy: AddressPolicy())
        #expect(try harness.get(server.url("/", host: host)).failure != nil)
        #expect(server.connections == 0)
        harness.pool.close()
    }

    @Test func `of several addresses the permitted ones are tried`() throws {
        let server = TransferServer { _ in .response(body: [1]) }
        let harness = try TransferHarness()
        for host in ["10-0-0-1.127-0-0-1.test", "127-0-0-1.10-0-0-1.test"] {
            #expect(try harness.get(server.url("/", host: host)).get().body == [1])
        }
        // If no permitted address answers, the error still names the refused one.
        let error = try harness.get("http://10-0-0-1.127-0-0-1.test:1/").failure
        #expect(error == .forbidden(host: "10-0-0-1.127-0-0-1.test", address: "10.0.0.1"))
        harness.pool.close()
    }

    @Test func `without a policy every address is permitted`() throws {
        let server = TransferServer { _ in .response(body: [1]) }
        let harness = try TransferHarness(policy: nil)
        #expect(try harness.get(server.url("/")).get().body == [1])
        harness.pool.close()
    }
}
