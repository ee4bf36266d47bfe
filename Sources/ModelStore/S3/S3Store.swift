// S3 as a place to fetch images from: what all fetches share.
//
// It has transfers of its own, without the address policy: the hosts are AWS's by region and bucket,
// the operator's endpoint, or the platform's for credentials, and may well have private addresses
// (VPC endpoints). No URL of a user's comes here, and what is signed here goes to those hosts only.

internal import Basics
package import EventLoop
package import Runtime

/// What the environment says of S3; a part that can't be used fails the requests that need it, not
/// the server.
package struct S3Settings: Sendable {
    let endpoint: Result<S3Endpoint, StoreError>
    let credentials: Result<CredentialSource, StoreError>

    package init(_ environment: [String: String]) {
        endpoint = Result { () throws(StoreError) in try S3Endpoint(environment) }
        credentials = Result { () throws(StoreError) in try CredentialSource(environment) }
    }
}

/// S3. Loop thread; to be closed.
package final class S3Store {
    /// Buckets whose region is remembered; far more than one server's requests name.
    private static let bucketsMax = 256

    let loop: EventLoop
    let fetch: FetchSettings
    let endpoint: Result<S3Endpoint, StoreError>
    let credentials: CredentialProvider
    let transfers: TransferPool
    /// Where buckets were found that are not in the endpoint's region.
    private var regions: [String: String] = [:]

    /// `wallSeconds` is the time in seconds since 1970. Throws where there is no memory.
    package init(
        _ settings: S3Settings, fetch: FetchSettings, loop: EventLoop,
        wallSeconds: @escaping () -> Int = { WallTime.now().seconds }
    ) throws(SystemError) {
        self.loop = loop
        self.fetch = fetch
        endpoint = settings.endpoint
        transfers = try TransferPool(
            loop: loop, policy: nil, maxConcurrent: fetch.maxConcurrent,
            certificateFile: fetch.certificateFile)
        credentials = CredentialProvider(
            settings.credentials, transfers: transfers, fetch: fetch, wallSeconds: wallSeconds)
    }

    /// The region that a bucket was found in, if not the endpoint's.
    func region(of bucket: String) -> String? { regions[bucket] }

    /// Remembers where a bucket is.
    func remember(_ region: String, of bucket: String) {
        if regions.count >= Self.bucketsMax { regions.removeAll() }
        regions[bucket] = region
    }

    /// Drops credentials, regions and idle connections: before a snapshot of this process, and after
    /// its return. Fetches under way go on.
    package func forget() {
        credentials.forget()
        regions.removeAll()
        transfers.closeIdleConnections()
    }

    /// Breaks off all fetches and closes all connections.
    package func close() { transfers.close() }
}
