// A model fetched at the start, on the thread that loads it: from the cache if it is there, else from
// its address, begun anew at most once where the connection breaks off.
//
// The digest is known only at the end of a stream that was unpacked on its way: what does not have it
// is removed unseen.

internal import EventLoop
internal import Glibc
package import Runtime

/// What there is to say while a model is fetched. No query string is in it.
package enum FetchNotice: Sendable {
    case started(String)
    case repeated(reason: String)
    case ended(bytes: Int, took: Duration)
    /// It was there already.
    case found(String)
}

/// Watches a download, for somebody who waits. The thread that fetches.
package protocol DownloadWatcher {
    /// So many bytes have come, of `length` if that is known.
    func received(_ bytes: Int, of length: Int?)
    /// Nothing more comes, for better or worse.
    func ended()
}

/// Why a model can't be fetched, as a sentence.
package struct ModelFetchError: Error, Sendable {
    package let sentence: String
}

/// Gets the model of an address into a folder. One thread, which waits.
package final class ModelFetch {
    private let address: ModelAddress
    private let settings: ModelStoreSettings
    private let s3: S3Settings
    private let fetch: FetchSettings
    private let notify: (FetchNotice) -> Void
    /// Makes what watches one attempt.
    private let watch: () -> (any DownloadWatcher)?
    private let cache: ModelCache
    /// Names it in the cache: by what it is, if that is said, else by where it comes from.
    private let key: String

    package init(
        _ address: ModelAddress, _ settings: ModelStoreSettings, s3: S3Settings,
        fetch: FetchSettings, watch: @escaping () -> (any DownloadWatcher)?,
        notify: @escaping (FetchNotice) -> Void
    ) {
        self.address = address
        self.notify = notify
        self.settings = settings
        self.s3 = s3
        self.fetch = fetch
        self.watch = watch
        cache = ModelCache(temporaryFolder: settings.temporaryFolder)
        key = settings.sha256.map { "sha256-\($0)" } ?? "address-\(address.key)"
    }

    /// The model folder. Takes as long as the network does.
    package func folder() throws(ModelFetchError) -> String {
        if let kept = cache.folder(key) {
            notify(.found(kept))
            return kept
        }
        notify(.started(address.display))
        do throws(FetchObstacle) {
            do throws(FetchObstacle) {
                return try attempt()
            } catch {
                guard error.isPassing else { throw error }
                notify(.repeated(reason: error.reason))
                return try attempt()
            }
        } catch {
            throw ModelFetchError(
                sentence: "the model can't be fetched from \(address.display): \(error.reason)")
        }
    }

    /// Lets go of a model that turned out to be none, so that the next start fetches it again.
    package func discard() { cache.discard(key) }

    private func attempt() throws(FetchObstacle) -> String {
        let clock = SystemClock()
        let started = clock.now()
        let partial = try cache.begin()
        // Where it is kept it is not there any more.
        defer { partial.drop() }
        let receiver = try receive(into: partial)
        let folder = try cache.keep(partial, key, files: receiver.files)
        notify(.ended(bytes: receiver.byteCount, took: clock.now() - started))
        return folder
    }

    private func receive(into partial: PartialModel) throws(FetchObstacle) -> ModelReceiver {
        let watcher = watch()
        defer { watcher?.ended() }
        let receiver = try ModelReceiver(
            address.content, into: partial.writer, maxBytes: settings.maxBytes,
            progress: watcher?.received)
        let failure: String?
        do throws(SystemError) {
            failure = try ModelDownload(s3: s3, fetch: fetch).run(address.place, into: receiver)
        } catch {
            throw FetchObstacle(reason: "\(error)")
        }
        if let refusal = receiver.refusal { throw refusal }
        if let failure {
            // A connection that has brought something and broke off may do better next time.
            throw FetchObstacle(reason: failure, isPassing: receiver.byteCount > 0)
        }
        try receiver.finish(sha256: settings.sha256)
        return receiver
    }
}
