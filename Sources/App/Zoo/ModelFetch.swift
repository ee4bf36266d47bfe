// A model fetched at the start, on the thread that loads it: from the cache if it is there, else from
// its address, begun anew at most once where the connection breaks off.
//
// The digest is known only at the end of a stream that was unpacked on its way: what does not have it
// is removed unseen.

internal import EventLoop
internal import Glibc

/// What there is to say while a model is fetched. No query string is in it.
enum FetchNotice: Sendable {
    case started(String)
    case repeated(reason: String)
    case ended(bytes: Int, took: Duration)
    /// It was there already.
    case found(String)
}

/// Gets the model of an address into a folder. One thread, which waits.
final class ModelFetch {
    private let address: ModelAddress
    private let settings: ZooSettings
    private let s3: S3Settings
    private let fetch: FetchSettings
    private let notify: (FetchNotice) -> Void
    private let cache: ModelCache
    /// Names it in the cache: by what it is, if that is said, else by where it comes from.
    private let key: String

    init(
        _ address: ModelAddress, _ configuration: Configuration,
        notify: @escaping (FetchNotice) -> Void
    ) {
        self.address = address
        self.notify = notify
        settings = configuration.fetchedModel
        s3 = configuration.s3
        fetch = configuration.fetch
        cache = ModelCache(temporaryFolder: settings.temporaryFolder)
        key = settings.sha256.map { "sha256-\($0)" } ?? "address-\(address.key)"
    }

    /// The model folder. Takes as long as the network does.
    func folder() throws(LoadingFailure) -> String {
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
            throw LoadingFailure(
                type: "Runtime.ModelFetchFailed",
                sentence: "the model can't be fetched from \(address.display): \(error.reason)")
        }
    }

    /// Lets go of a model that turned out to be none, so that the next start fetches it again.
    func discard() { cache.discard(key) }

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
        let progress = Terminal.isWatched(STDERR_FILENO) ? FetchProgress() : nil
        defer { progress?.end() }
        let receiver = try ModelReceiver(
            address.content, into: partial.writer, maxBytes: settings.maxBytes,
            progress: progress?.show)
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

extension Log {
    /// Says how a fetch goes on.
    func fetching(_ notice: FetchNotice) {
        switch notice {
        case .started(let address): info("fetching the model from \(address)")
        case .repeated(let reason): warn("fetching the model anew: \(reason)")
        case .ended(let bytes, let took):
            info(
                "fetched the model",
                ["bytes": .number(bytes), "took": .milliseconds(took.inMilliseconds)])
        case .found(let folder): info("the model was kept in \(folder) by an earlier start")
        }
    }
}
