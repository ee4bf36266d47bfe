// Chooses the source of AWS credentials by the environment (AWS SDKs and Tools Reference Guide,
// "Standardized credential providers"): its own variables, then the platform's container provider,
// which SageMaker, ECS, EKS and Lambda SnapStart have.
//
// EC2's instance metadata, shared files and web identity are not used: a server without credentials
// signs nothing, and public buckets still work.

internal import Basics
internal import Runtime

/// A source of credentials.
enum CredentialSource: Sendable {
    /// From the environment; they never change.
    case fixed(AWSCredentials)
    /// From the platform; they are fetched again and again.
    case container(ContainerProvider)
    /// Requests are not signed.
    case none

    /// Finds the source. Throws if its variables are incomplete or invalid.
    init(_ environment: [String: String]) throws(StoreError) {
        let environment = environment.filter { !$0.value.isEmpty }
        if let credentials = try Self.fixed(environment) {
            self = .fixed(credentials)
        } else if let provider = try ContainerProvider(environment) {
            self = .container(provider)
        } else {
            self = .none
        }
    }

    private static func fixed(_ environment: [String: String]) throws(StoreError) -> AWSCredentials?
    {
        let names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
        guard let key = environment[names[0]], let secret = environment[names[1]] else {
            let present = names.filter { environment[$0] != nil }
            guard present.isEmpty else {
                throw StoreError.failed(
                    "the server's credentials for S3 can't be used: \(present[0]) is set, "
                        + "\(names.filter { !present.contains($0) }[0]) is not")
            }
            return nil
        }
        let token = environment["AWS_SESSION_TOKEN"].map { ("AWS_SESSION_TOKEN", $0) }
        return try AWSCredentials(
            accessKeyID: (names[0], key), secretAccessKey: (names[1], secret), sessionToken: token,
            expiration: nil)
    }
}

/// The platform's provider of credentials for a container.
struct ContainerProvider: Sendable, Equatable {
    /// Its URL.
    let url: String
    private let token: String?
    /// The file that holds the token instead; the platform rewrites it from time to time.
    private let tokenFile: String?

    private static let host = "http://169.254.170.2"
    private static let longestToken = 16 * 1024
    /// Hosts to which a token may go without encryption: this machine, and the link-local addresses
    /// of the platforms.
    private static let nearby = ["127.0.0.0/8", "::1", "169.254.0.0/16", "fd00:ec2::23"]

    /// `nil` if the environment names none.
    init?(_ environment: [String: String]) throws(StoreError) {
        if let path = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] {
            guard path.hasPrefix("/") else {
                throw Self.unusable("RELATIVE_URI takes a path like /v2/credentials/…")
            }
            url = Self.host + path
        } else if let url = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] {
            guard Self.isTrustworthy(url) else {
                throw Self.unusable(
                    "FULL_URI takes an https URL, or an http one of this machine or of a "
                        + "link-local address")
            }
            self.url = url
        } else {
            return nil
        }
        token = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
        tokenFile = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]
    }

    /// The request for credentials. Reads the token's file, which is a few bytes of memory.
    func request() throws(StoreError) -> TransferRequest {
        var request = TransferRequest(url: url)
        request.maxRedirects = 0
        request.byteCap = 64 * 1024
        if let token = try currentToken() { request.headers = [("Authorization", token)] }
        return request
    }

    private func currentToken() throws(StoreError) -> String? {
        guard let tokenFile else { return token }
        do throws(InputError) {
            let bytes = try File.contents(of: tokenFile, limit: Self.longestToken)
            return String(decoding: bytes, as: UTF8.self)
                .split { $0.isWhitespace || $0.isNewline }.joined(separator: " ")
        } catch {
            throw StoreError.failed(
                "there are no credentials for S3: the file of "
                    + "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE can't be read")
        }
    }

    private static func isTrustworthy(_ url: String) -> Bool {
        let scheme = url.prefix { $0 != ":" }.lowercased()
        if scheme == "https" { return true }
        guard scheme == "http", url.dropFirst(4).hasPrefix("://") else { return false }
        let authority = url.dropFirst(7).prefix { !"/?#".contains($0) }
        guard !authority.contains("@") else { return false }
        let isBracketed = authority.hasPrefix("[")
        let host =
            isBracketed
            ? authority.dropFirst().prefix { $0 != "]" } : authority.prefix { $0 != ":" }
        if host.lowercased() == "localhost" { return true }
        guard let address = NetworkAddress(String(host)) else { return false }
        return nearby.contains { range in
            do throws(NetworkRange.ParseError) {
                return try NetworkRange.parse(range).contains(address)
            } catch {
                preconditionFailure(error.sentence)
            }
        }
    }

    private static func unusable(_ reason: String) -> StoreError {
        StoreError.failed("there are no credentials for S3: AWS_CONTAINER_CREDENTIALS_\(reason)")
    }
}
