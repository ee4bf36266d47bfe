// The settings for fetching pictures: allowed networks, timeouts, sizes.

package import Basics

/// How pictures are fetched.
package struct FetchSettings: SettingGroup {
    /// Networks that may be fetched from although they are not public.
    package var allow: [NetworkRange] = []
    /// The longest time to connect.
    package var connectTimeout = Duration.seconds(2)
    /// The longest time for a whole fetch.
    package var timeout = Duration.seconds(10)
    /// The largest picture, in bytes.
    package var maxBytes = 20_000_000
    /// Redirects that are followed.
    package var maxRedirects = 3
    /// Fetches at the same time.
    package var maxConcurrent = 256
    /// A PEM file of the certificate authorities to trust instead of the system's, from
    /// `SSL_CERT_FILE` as for OpenSSL's programs.
    package var certificateFile: String?
    /// The variables that name a proxy for other programs. None is used: it would connect where the
    /// address policy refuses to.
    package var ignoredProxies: [String] = []

    /// Those variables, as curl and most clients read them, in either case.
    private static let proxies = ["http_proxy", "https_proxy", "all_proxy"]

    /// The defaults.
    package init() {}

    /// Takes the name in `SSL_CERT_FILE`, and the names of proxies.
    package mutating func complete(from sources: SettingSources) throws(InputError) {
        let file = sources.environment["SSL_CERT_FILE"] ?? ""
        certificateFile = file.isEmpty ? nil : file
        ignoredProxies = Self.proxies.flatMap { [$0, $0.uppercased()] }
            .filter { sources.environment[$0]?.isEmpty == false }
    }

    package mutating func declare(in table: SettingTable) throws(InputError) {
        try table.setting(
            "fetch-allow", &allow, .networks, standard: "none",
            help: "Non-public networks that pictures may be fetched from.")
        try table.setting(
            "fetch-connect-timeout", &connectTimeout, .seconds(0.05...3600),
            help: "The longest time to connect to a picture's host.")
        try table.setting(
            "fetch-timeout", &timeout, .seconds(0.05...3600),
            help: "The longest time to fetch a picture.")
        try table.setting(
            "fetch-max-bytes", &maxBytes, .bytes(1...1_073_741_824),
            help: "The largest picture to fetch.")
        try table.setting(
            "fetch-max-redirects", &maxRedirects, .integer(0...20),
            help: "The most redirects to follow for a picture.")
        try table.setting(
            "max-fetches", &maxConcurrent, .integer(1...10_000),
            help: "The most pictures fetched at the same time; further ones wait.")
    }
}

extension SettingKind where Value == [NetworkRange] {
    /// Networks in CIDR notation, separated by commas.
    fileprivate static var networks: Self {
        SettingKind(
            takes: "networks like 10.0.0.0/8,127.0.0.1", placeholder: "cidr,…",
            parse: { text in
                var ranges: [NetworkRange] = []
                for part in text.split(separator: ",") {
                    do throws(NetworkRange.ParseError) {
                        ranges.append(try NetworkRange.parse(String(part)))
                    } catch {
                        return nil
                    }
                }
                return ranges
            })
    }
}
