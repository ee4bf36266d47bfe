// libcurl's side of a transfer pool: the multi, the easies in it, and those kept for the next transfers.
//
// The pool decides which transfers run; how libcurl runs them is decided here. A name's look-up can't
// be stopped, so a transfer that is abandoned in its look-up stays here, and counts, until that ends.
// It starts nothing by itself and calls no completion.

internal import Basics
internal import CCurl
internal import EventLoop

/// What a session tells its pool, never from inside of libcurl.
protocol CurlSessionOwner: AnyObject {
    /// libcurl is done with a transfer.
    func finished(_ transfer: Transfer, _ code: CURLcode)
    /// A socket of a transfer could not be watched (no memory), so it can't go on.
    func unwatchable(_ transfer: Transfer)
    /// The server of an upload has closed the connection without an answer.
    func hungUp(_ transfer: Transfer)
}

/// libcurl's objects of one pool. Loop thread; to be closed.
final class CurlSession {
    private let loop: EventLoop
    private let settings: CurlEasy.Settings
    private let maxConnections: Int
    /// `nil` once closed.
    private var owner: (any CurlSessionOwner)?
    private var multi: CurlMulti?
    private var spares: [CurlEasy] = []
    /// What libcurl works on, abandoned transfers included.
    private(set) var transfers: [TransferID: Transfer] = [:]
    private var abandonedCount = 0
    private var closesIdleConnections = false

    /// `nil` where there is no memory. `owner` is held until `close`.
    init?(
        loop: EventLoop, maxConnections: Int, settings: CurlEasy.Settings,
        owner: any CurlSessionOwner
    ) {
        self.loop = loop
        self.maxConnections = maxConnections
        self.settings = settings
        self.owner = owner
        multi = makeMulti(for: owner)
        if multi == nil { return nil }
    }

    /// Transfers that libcurl works on for somebody.
    var activeCount: Int { transfers.count - abandonedCount }

    /// Has libcurl work on a transfer; says in a clause why it can't.
    func run(_ transfer: Transfer, on connection: CurlEasy.Connection) -> String? {
        // The neighbour speaks plain HTTP, and is talked to while the process starts.
        if settings.peers == .remote { OpenSSL.configure() }
        guard let multi, let easy = spares.popLast() ?? CurlEasy() else {
            return "no memory for a transfer"
        }
        transfer.place = .running(easy)
        transfers[transfer.id] = transfer
        transfer.launched()
        guard easy.attach(transfer, on: connection, settings: settings, multi: multi),
            multi.add(easy)
        else {
            release(transfer, keepsEasy: false)
            return "libcurl refused the transfer"
        }
        return nil
    }

    /// Takes a transfer that nobody waits for from libcurl, now or when its look-up has ended.
    func abandon(_ transfer: Transfer) {
        guard case .running(let easy) = transfer.place else { return }
        guard transfer.phase == .lookup else { return release(transfer, keepsEasy: true) }
        transfer.place = .abandoned(easy)
        abandonedCount += 1
        easy.extendConnectTimeout()
    }

    /// Takes a transfer from libcurl. An easy that has sent an upload is not kept.
    func release(_ transfer: Transfer, keepsEasy: Bool) {
        guard let easy = transfer.easy else { return }
        if case .abandoned = transfer.place { abandonedCount -= 1 }
        transfer.place = .outside
        transfers[transfer.id] = nil
        multi?.remove(easy)
        easy.detach()
        if keepsEasy && transfer.upload == nil && spares.count < TransferLimits.spareEasies {
            spares.append(easy)
        }
    }

    /// Closes the connections that no transfer uses, now or as soon as there is no transfer.
    func closeIdleConnections() {
        // libcurl has no call for it, but its multi takes its connections along.
        closesIdleConnections = true
        for transfer in transfers.values { transfer.easy?.forbidReuse() }
        renewMultiIfIdle()
    }

    /// Cancels all transfers and closes all connections.
    func close() {
        for transfer in transfers.values { release(transfer, keepsEasy: false) }
        spares.removeAll()
        multi?.close()
        multi = nil
        owner = nil
    }

    // MARK: The multi

    /// To be called when no transfer may be running any more.
    func renewMultiIfIdle() {
        guard closesIdleConnections, transfers.isEmpty, let owner, let old = multi else { return }
        closesIdleConnections = false
        // They keep the tickets of TLS sessions.
        spares.removeAll()
        guard let new = makeMulti(for: owner) else { return }
        multi = new
        old.close()
    }

    private func makeMulti(for owner: any CurlSessionOwner) -> CurlMulti? {
        CurlMulti(
            loop: loop, connections: maxConnections,
            finished: { owner.finished($0, $1) },
            lost: { [loop, unowned owner] transfer in
                loop.afterTurn { owner.unwatchable(transfer) }
            },
            hungUp: { [unowned owner] in owner.hungUp($0) })
    }
}
