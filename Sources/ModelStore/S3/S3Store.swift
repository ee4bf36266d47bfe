// S3 as a source of pictures and models: what all fetches share.
//
// It has its own transfers, without the address policy: the hosts are AWS's by region and bucket,
// the operator's endpoint, or the platform's for credentials, and may have private addresses (VPC
// endpoints). No user's URL is used here, and signed requests go to those hosts only.

internal import Basics
package import EventLoop
package import Runtime

/// The environment's settings for S3; an invalid one fails the requests that need it, not the
/// server.
package struct S3Settings: Sendable {
    let endpoint: Result<S3Endpoint, StoreError>
    let credentials: Result<CredentialSource, StoreError>

    /// Reads the environment, as AWS's SDKs do.
    package init(_ environment: [String: String]) {
        endpoint = Result { () throws(StoreError) in try S3Endpoint(environment) }
        credentials = Result { () throws(StoreError) in try CredentialSource(environment) }
    }
}

/// S3. Loop thread; the owner must close it.
package final class S3Store {
    /// The limit on buckets whose region is remembered; far more than one server's requests name.
    private static let bucketsMax = 256

    let loop: EventLoop
    let fetch: FetchSettings
    let endpoint: Result<S3Endpoint, StoreError>
    let credentials: CredentialProvider
    let transfers: TransferPool
    /// The regions of buckets that are not in the endpoint's region.
    private var regions: [String: String] = [:]

    /// `wallSeconds` is the time in seconds since 1970. Throws if there is no memory.
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

    /// The known region of a bucket, if it is not the endpoint's.
    func region(of bucket: String) -> String? { regions[bucket] }

    /// Remembers the region of a bucket.
    func remember(_ region: String, of bucket: String) {
        if regions.count >= Self.bucketsMax { regions.removeAll() }
        regions[bucket] = region
    }

    /// Drops credentials, regions and idle connections: before a snapshot of this process, and
    /// after its restore. Fetches in progress continue.
    package func forget() {
        credentials.forget()
        regions.removeAll()
        transfers.closeIdleConnections()
    }

    /// Cancels all fetches and closes all connections.
    package func close() { transfers.close() }
}
