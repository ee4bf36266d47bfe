// Fetches a model at start, on the thread that loads it: from the cache if it is there, else from
// its address. If the connection breaks, it starts over once.
//
// A streamed archive is unpacked before its digest is known. If the digest is wrong, the files are
// removed before anything has read them.

internal import EventLoop
internal import Glibc
package import Runtime

/// Progress of a fetch, for logs. It contains no query string.
package enum FetchNotice: Sendable {
    case started(String)
    case repeated(reason: String)
    case ended(bytes: Int, took: Duration)
    /// It was already in the cache.
    case found(String)
}

/// Watches a download, for a person who waits. On the thread that fetches.
package protocol DownloadWatcher {
    /// So many bytes have arrived, of `length` if that is known.
    func received(_ bytes: Int, of length: Int?)
    /// The download has ended, with or without success.
    func ended()
}

/// Why a model can't be fetched, as a sentence.
package struct ModelFetchError: Error, Sendable {
    /// Names the address and the reason.
    package let sentence: String
}

/// Fetches the model of an address into a folder. The calling thread waits.
package final class ModelFetch {
    private let address: ModelAddress
    private let settings: ModelStoreSettings
    private let s3: S3Settings
    private let fetch: FetchSettings
    private let notify: (FetchNotice) -> Void
    /// Makes the watcher of one attempt.
    private let watch: () -> (any DownloadWatcher)?
    private let cache: ModelCache
    /// Its name in the cache: by its digest if that is configured, else by its address.
    private let key: String

    /// Prepares a fetch. `watch` makes what watches an attempt; `notify` hears how it goes.
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

    /// The model folder. Blocks while the model is fetched.
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

    /// Removes a model that proved unusable, so that the next start fetches it again.
    package func discard() { cache.discard(key) }

    private func attempt() throws(FetchObstacle) -> String {
        let clock = SystemClock()
        let started = clock.now()
        let partial = try cache.begin()
        // If it was kept, it is no longer at that path.
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
            // A connection that delivered bytes before it broke may succeed next time.
            throw FetchObstacle(reason: failure, isPassing: receiver.byteCount > 0)
        }
        try receiver.finish(sha256: settings.sha256)
        return receiver
    }
}
