// libcurl's multi on the loop: its sockets become registrations, its timer a deadline.
//
// libcurl's callbacks say which sockets and which timeout it waits for; the loop reports events
// through `curl_multi_socket_action`. The callbacks only record, because they must not call
// libcurl; finished transfers are reported after libcurl has returned.

internal import Basics
internal import CCurl
internal import EventLoop
internal import Glibc

/// A multi, which runs the transfers of many easies. Loop thread; must be closed, because libcurl
/// holds a pointer to it until then.
@safe
final class CurlMulti: EventHandler {
    private let multi: UnsafeMutableRawPointer
    private let loop: EventLoop
    private let finished: (Transfer, CURLcode) -> Void
    /// Called if a socket could not be watched (no memory): its transfer can't continue.
    private let lost: (Transfer) -> Void
    /// Called if the server has closed the connection of an upload without an answer: libcurl reads
    /// no more, but has not noticed, because it waits for the rest of the body.
    private let hungUp: (Transfer) -> Void
    private var sockets: [CInt: WatchedSocket] = [:]
    private var timer: Token?
    /// Transfers whose connection libcurl has stopped reading; checked after the call.
    private var unread: [Transfer] = []
    /// Whether `act` is scheduled for the end of this turn.
    private var isDue = false
    private var context: Unmanaged<CurlMulti>?

    /// `nil` if memory is short.
    init?(
        loop: EventLoop, connections: Int, finished: @escaping (Transfer, CURLcode) -> Void,
        lost: @escaping (Transfer) -> Void, hungUp: @escaping (Transfer) -> Void
    ) {
        guard CurlLibrary.isReady, let multi = unsafe curl_multi_init() else { return nil }
        unsafe self.multi = multi
        self.loop = loop
        self.finished = finished
        self.lost = lost
        self.hungUp = hungUp
        timer = loop.register(handler: self)
        let context = unsafe Unmanaged.passRetained(self)
        unsafe self.context = context
        _ = unsafe ccurl_multi_set_socket_function(multi, socketWanted, context.toOpaque())
        _ = unsafe ccurl_multi_set_timer_function(multi, timerWanted, context.toOpaque())
        // The limit counts all open connections: if it were below the number in use, none would be
        // kept.
        _ = unsafe ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, connections)
    }

    /// Closes all connections. No easy may be in it.
    func close() {
        guard let context = unsafe context else { return }
        unsafe self.context = nil
        _ = unsafe curl_multi_cleanup(multi)
        for socket in sockets.values { loop.deregister(socket.token) }
        sockets.removeAll()
        if let timer { loop.deregister(timer) }
        timer = nil
        unsafe context.release()
    }

    /// Starts a transfer; libcurl acts on it at the end of this turn.
    func add(_ easy: CurlEasy) -> Bool {
        guard unsafe curl_multi_add_handle(multi, easy.pointer) == CURLM_OK else { return false }
        easy.isAdded = true
        return true
    }

    /// Ends a transfer, whatever its state.
    func remove(_ easy: CurlEasy) {
        guard easy.isAdded else { return }
        _ = unsafe curl_multi_remove_handle(multi, easy.pointer)
        easy.isAdded = false
    }

    /// Makes libcurl tell us of each connection that it closes.
    func setCloseFunction(_ easy: UnsafeMutableRawPointer) -> CURLcode {
        guard let context = unsafe context else { return CURLE_FAILED_INIT }
        return unsafe ccurl_set_close_function(easy, socketUnneeded, context.toOpaque())
    }

    // MARK: From the loop

    func deadlinePassed(token: Token) { act(on: CURL_SOCKET_TIMEOUT, 0) }

    fileprivate func ready(_ readiness: Readiness, socket: CInt, of transfer: Transfer?) {
        var mask: CInt = 0
        if readiness.contains(.read) { mask |= CURL_CSELECT_IN }
        if readiness.contains(.write) { mask |= CURL_CSELECT_OUT }
        // The error itself is found by reading.
        if readiness.contains(.hangup) { mask |= CURL_CSELECT_ERR | CURL_CSELECT_IN }
        act(on: socket, mask)
        transfer?.upload?.socketIsReady()
    }

    /// Acts in this turn: a new request or a resumed body must not wait for the next.
    private func actSoon() {
        guard !isDue else { return }
        isDue = true
        loop.afterTurn { [self] in
            isDue = false
            if unsafe context != nil { act(on: CURL_SOCKET_TIMEOUT, 0) }
        }
    }

    private func act(on socket: CInt, _ mask: CInt) {
        var running: CInt = 0
        _ = unsafe curl_multi_socket_action(multi, socket, mask, &running)
        var easy: UnsafeMutableRawPointer?
        var result = CURLE_OK
        // `finished` may close this object.
        while unsafe context != nil, unsafe ccurl_multi_next_done(multi, &easy, &result) {
            guard let transfer = unsafe easy.flatMap({ unsafe CurlEasy.transfer(of: $0) }) else {
                continue
            }
            finished(transfer, result)
        }
        let unread = self.unread
        self.unread = []
        for transfer in unread where unsafe context != nil && transfer.phase == .answer {
            // The transfer may have moved to another connection.
            let isRead = sockets.values.contains {
                $0.transfer === transfer && $0.interest.contains(.read)
            }
            if !isRead { hungUp(transfer) }
        }
    }

    // MARK: From libcurl

    fileprivate func setTimer(milliseconds: Int) {
        guard let timer else { return }
        if milliseconds <= 0 {
            loop.clearDeadline(of: timer)
            if milliseconds == 0 { actSoon() }
        } else {
            let deadline = loop.readClock() + .milliseconds(milliseconds)
            loop.setDeadline(deadline, of: timer)
        }
    }

    /// False if the socket can't be watched.
    fileprivate func watch(_ fd: CInt, _ interest: Interest, for transfer: Transfer?) -> Bool {
        do {
            if let socket = sockets[fd] {
                do {
                    socket.transfer = transfer
                    socket.interest = interest
                    try loop.setInterest(interest, of: socket.token)
                    return true
                } catch {
                    // libcurl has closed the socket without telling us and opened another with that
                    // number.
                    unwatch(fd)
                }
            }
            let socket = WatchedSocket(fd, self)
            socket.transfer = transfer
            socket.interest = interest
            socket.token = try loop.register(fd, interest: interest, handler: socket)
            sockets[fd] = socket
            return true
        } catch {
            return false
        }
    }

    fileprivate func stoppedReading(for transfer: Transfer?) {
        if let transfer, transfer.upload != nil { unread.append(transfer) }
    }

    fileprivate func unwatch(_ fd: CInt) {
        if let socket = sockets.removeValue(forKey: fd) { loop.deregister(socket.token) }
    }

    fileprivate func lost(_ transfer: Transfer?) {
        if let transfer { lost(transfer) }
    }
}

/// One of libcurl's sockets on the loop.
private final class WatchedSocket: EventHandler {
    private let fd: CInt
    private unowned let multi: CurlMulti
    /// The transfer that uses it now.
    weak var transfer: Transfer?
    var interest = Interest(reading: false, writing: false)
    var token = Token(slot: .max, generation: 0)

    init(_ fd: CInt, _ multi: CurlMulti) {
        self.fd = fd
        self.multi = multi
    }

    func ready(_ readiness: Readiness, token: Token) {
        multi.ready(readiness, socket: fd, of: transfer)
    }
}

/// libcurl's own start, curl_global_init(3), once in a process.
private enum CurlLibrary {
    static let isReady =
        OpenSSL.begin() && curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}

private func multi(_ context: UnsafeMutableRawPointer?) -> CurlMulti? {
    guard let context = unsafe context else { return nil }
    return unsafe Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue()
}

private let socketWanted: ccurl_socket_function = { easy, fd, what, context, _ in
    guard let multi = unsafe multi(context) else { return 0 }
    let transfer = unsafe CurlEasy.transfer(of: easy)
    // CURL_POLL_IN and CURL_POLL_OUT are the bits of CURL_POLL_INOUT.
    let interest = Interest(
        reading: what & CURL_POLL_IN != 0, writing: what & CURL_POLL_OUT != 0)
    if !interest.contains(.read) { multi.stoppedReading(for: transfer) }
    if what == CURL_POLL_REMOVE {
        multi.unwatch(fd)
        return 0
    }
    if !multi.watch(fd, interest, for: transfer) { multi.lost(transfer) }
    // -1 would end all transfers, not this one.
    return 0
}

private let timerWanted: ccurl_timer_function = { _, timeout, context in
    unsafe multi(context)?.setTimer(milliseconds: timeout)
    return 0
}

private let socketUnneeded: ccurl_close_function = { context, fd in
    // Before the close frees the number: its registration must not outlive it.
    unsafe multi(context)?.unwatch(fd)
    return close(fd)
}
