// The settings of the HTTP server: its address and its limits.

package import Basics
package import HTTP

/// The address and the limits of a server.
package struct ServerSettings: SettingGroup {
    /// A numeric address.
    package var host = "0.0.0.0"
    /// 0 picks a free port.
    package var port: UInt16 = 8080
    /// Open connections; further ones wait in the backlog.
    package var maxConnections = 16_384
    /// The server's maxima and timeouts.
    package var limits = Limits()

    /// The defaults.
    package init() {}

    /// The budget of arriving bodies grows with the largest body. Throws if the given budget could never
    /// hold the largest body.
    package mutating func complete(from sources: SettingSources) throws(InputError) {
        guard limits.arrivingBodyBytes < limits.bodyBytes else { return }
        guard limits.arrivingBodyBytes == Limits().arrivingBodyBytes else {
            throw InputError(
                "--max-arriving-bytes (AMPHORA_MAX_ARRIVING_BYTES) must be at least --max-body, "
                    + "\(limits.bodyBytes), not \(limits.arrivingBodyBytes)")
        }
        limits.arrivingBodyBytes = limits.bodyBytes
    }

    /// The largest body that `limits` may be set to.
    private static let largestBody = 2_147_483_647

    package mutating func declare(in table: SettingTable) throws(InputError) {
        try table.setting("host", &host, .address, help: "The address to listen on.")
        try table.setting(
            "port", &port, .integer(0...65_535, "a port"),
            aliases: [Alias("SAGEMAKER_BIND_TO_PORT"), Alias("PORT")],
            help: "The port to listen on; 0 picks a free one.")
        try table.setting(
            "max-connections", &maxConnections, .integer(1...1_000_000),
            help: "The most open connections; further ones wait in the backlog.")
        try table.setting(
            "max-body", &limits.bodyBytes, .bytes(1...Self.largestBody),
            aliases: [
                // 0 makes batch transform send whole objects, however large
                // (docs/platforms.md A10).
                Alias("SAGEMAKER_MAX_PAYLOAD_IN_MB", unit: 1_048_576, zero: Self.largestBody),
                Alias("SAGEMAKER_MAX_REQUEST_SIZE"),
            ],
            help: "The largest request body.")
        try table.setting(
            "max-arriving-bytes", &limits.arrivingBodyBytes, .bytes(1...1_099_511_627_776),
            help: "Bytes of incomplete request bodies over all connections; beyond that, 503.")
        try table.setting(
            "head-timeout", &limits.headTimeout, .seconds(0.05...3600),
            help: "The longest time for the head of a request to arrive.")
        try table.setting(
            "body-timeout", &limits.bodyTimeout, .seconds(0.05...3600),
            help: "The longest pause while a request body arrives.")
        try table.setting(
            "idle-timeout", &limits.idleTimeout, .seconds(0.05...86_400),
            help: "The longest time a connection may be idle between requests.")
        try table.setting(
            "write-timeout", &limits.writeTimeout, .seconds(0.05...3600),
            help: "The longest pause while a client reads its answer.")
    }
}

extension SettingKind where Value == String {
    /// A numeric address: host names are not resolved here.
    fileprivate static var address: Self {
        SettingKind(
            takes: "a numeric IPv4 or IPv6 address", placeholder: "address",
            parse: { NetworkAddress($0) == nil ? nil : $0 })
    }
}
