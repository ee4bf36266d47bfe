// libcurl's side of a transfer pool: the multi, the easies in it, and spare easies.
//
// The pool decides which transfers run; the session decides how libcurl runs them. A name look-up
// can't be stopped, so a transfer that is abandoned during its look-up stays here, and counts,
// until the look-up ends. The session starts nothing by itself and calls no completion.

internal import Basics
internal import CCurl
internal import EventLoop

/// Events that a session reports to its pool, never from inside libcurl.
protocol CurlSessionOwner: AnyObject {
    /// libcurl is done with a transfer.
    func finished(_ transfer: Transfer, _ code: CURLcode)
    /// A socket of a transfer could not be watched (no memory), so the transfer can't continue.
    func unwatchable(_ transfer: Transfer)
    /// The server of an upload has closed the connection without an answer.
    func hungUp(_ transfer: Transfer)
}

/// libcurl's objects of one pool. Loop thread; must be closed.
final class CurlSession {
    private let loop: EventLoop
    private let settings: CurlEasy.Settings
    private let maxConnections: Int
    /// `nil` once closed.
    private var owner: (any CurlSessionOwner)?
    private var multi: CurlMulti?
    private var spares: [CurlEasy] = []
    /// The transfers that libcurl runs, abandoned ones included.
    private(set) var transfers: [TransferID: Transfer] = [:]
    private var abandonedCount = 0
    private var closesIdleConnections = false

    /// `nil` if memory is short. `owner` is held until `close`.
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

    /// The number of transfers that libcurl runs, without abandoned ones.
    var activeCount: Int { transfers.count - abandonedCount }

    /// Makes libcurl run a transfer; on failure returns the reason as a clause.
    func run(_ transfer: Transfer, on connection: CurlEasy.Connection) -> String? {
        // A local peer speaks plain HTTP, and the first requests to it are made while the process
        // starts.
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

    /// Removes a transfer that is no longer wanted from libcurl, now or when its look-up has ended.
    func abandon(_ transfer: Transfer) {
        guard case .running(let easy) = transfer.place else { return }
        guard transfer.phase == .lookup else { return release(transfer, keepsEasy: true) }
        transfer.place = .abandoned(easy)
        abandonedCount += 1
        easy.extendConnectTimeout()
    }

    /// Removes a transfer from libcurl. An easy that has sent an upload is not kept.
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

    /// Closes unused connections, now or as soon as no transfer is running.
    func closeIdleConnections() {
        // libcurl has no call for this, but a multi closes its connections when it is freed.
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

    /// Call it when the last transfer may have ended.
    func renewMultiIfIdle() {
        guard closesIdleConnections, transfers.isEmpty, let owner, let old = multi else { return }
        closesIdleConnections = false
        // Spare easies keep TLS session tickets.
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
