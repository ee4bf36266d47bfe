// One libcurl easy: the options of a request, and libcurl's callbacks as calls on a `Transfer`.
//
// Easies are used again, which keeps their buffers. An easy retains its transfer from `attach` to
// `detach`, because libcurl holds a pointer to it in between. The callbacks only record: libcurl must
// not be called from inside of them (libcurl-multi(3)).

internal import CCurl
internal import EventLoop

/// An easy, which runs one transfer at a time. Loop thread.
@safe
final class CurlEasy {
    /// What libcurl knows it by.
    let pointer: UnsafeMutableRawPointer
    private let errorBuffer: UnsafeMutablePointer<CChar>
    private var list: UnsafeMutablePointer<curl_slist>?
    private var context: Unmanaged<Transfer>?
    /// Whether it is in a multi; kept by `CurlMulti`.
    var isAdded = false

    /// `nil` where there is no memory.
    init?() {
        guard let pointer = unsafe curl_easy_init() else { return nil }
        unsafe self.pointer = pointer
        unsafe errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        unsafe curl_easy_cleanup(pointer)
        unsafe curl_slist_free_all(list)
        unsafe errorBuffer.deallocate()
        unsafe context?.release()
    }

    /// The transfer that an easy works for.
    static func transfer(of easy: UnsafeMutableRawPointer) -> Transfer? {
        guard let context = unsafe ccurl_get_private(easy) else { return nil }
        return unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    }

    /// Which connections may take a request.
    enum Connection {
        /// One that is kept, or a new one.
        case any
        /// A new one only: a kept one has turned out to be dead, and the next might be, too.
        case new
    }

    /// Makes it ready for a transfer; false where libcurl refuses an option.
    func attach(
        _ transfer: Transfer, on connection: Connection, settings: Settings, multi: CurlMulti
    ) -> Bool {
        precondition(unsafe context == nil)
        precondition(!isAdded)
        unsafe curl_easy_reset(pointer)
        unsafe errorBuffer.pointee = 0
        let context = unsafe Unmanaged.passRetained(transfer)
        unsafe self.context = context
        var options = unsafe CurlOptions(pointer)
        unsafe setCallbacks(&options, context.toOpaque(), multi: multi)
        setPolicy(&options, transfer.request, settings)
        options.set(CURLOPT_FRESH_CONNECT, connection == .new ? 1 : 0)
        setRequest(&options, transfer.request, upload: transfer.upload)
        if transfer.upload != nil {
            unsafe UploadCallbacks.set(&options, pointer, context.toOpaque())
        }
        return options.isAccepted
    }

    /// Ends the tie to the transfer; it is in no multi any more.
    func detach() {
        precondition(!isAdded)
        _ = unsafe ccurl_set_private(pointer, nil)
        unsafe curl_slist_free_all(list)
        unsafe list = nil
        unsafe context?.release()
        unsafe context = nil
    }

    // MARK: Options

    /// What is the same for all requests of a pool.
    struct Settings {
        let peers: TransferPool.Peers
        let userAgent: String
        /// A PEM file of the certificate authorities to trust instead of the system's.
        let certificateFile: String?
    }

    private func setPolicy(
        _ options: inout CurlOptions, _ request: TransferRequest, _ settings: Settings
    ) {
        options.set(CURLOPT_NOSIGNAL, 1)
        // Closing the pool must not wait for a look-up that hangs.
        options.set(CURLOPT_QUICK_EXIT, 1)
        let schemes = request.requiresTLS ? "https" : "http,https"
        options.set(CURLOPT_PROTOCOLS_STR, schemes)
        options.set(CURLOPT_REDIR_PROTOCOLS_STR, schemes)
        let follows = request.maxRedirects > 0 && !request.isSigned
        options.set(CURLOPT_FOLLOWLOCATION, follows ? 1 : 0)
        options.set(CURLOPT_MAXREDIRS, request.maxRedirects)
        // A proxy from the environment would connect for us, past the address policy.
        options.set(CURLOPT_PROXY, "")
        options.set(CURLOPT_USERAGENT, settings.userAgent)
        switch settings.peers {
        case .remote:
            options.set(CURLOPT_MAXAGE_CONN, Int(TransferLimits.remoteIdle.components.seconds))
        case .local:
            options.set(CURLOPT_MAXAGE_CONN, Int(TransferLimits.localIdle.components.seconds))
            options.set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        }
        // Not vital, so no `attempt`: refused where the easy keeps the buffer of a transfer that ended
        // in its look-up or was of HTTP/2; it is of this size already.
        _ = unsafe ccurl_set_long(pointer, CURLOPT_BUFFERSIZE, TransferLimits.receiveBytes)
        // libcurl keeps the parsed authorities for the next connection only where no directory of
        // them is set (Debian sets one); parsing them takes longer than a whole transfer.
        options.set(CURLOPT_CAPATH, nil)
        if let file = settings.certificateFile { options.set(CURLOPT_CAINFO, file) }
        if let limit = request.connectTimeout, settings.peers == .remote {
            // A little later than ours, see Transfer.swift. libcurl shares it out among a host's
            // addresses, so that a dead one is not waited for all the time. Its timer runs on when
            // the connection is made, so where a request may take hours there must be none.
            options.set(
                CURLOPT_CONNECTTIMEOUT_MS, (limit + TransferLimits.connectMargin).milliseconds)
        }
        unsafe options.attempt(
            ccurl_set_offset(pointer, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(request.byteCap)))
    }

    private func setRequest(
        _ options: inout CurlOptions, _ request: TransferRequest, upload: Upload?
    ) {
        options.set(CURLOPT_URL, request.url)
        options.set(CURLOPT_PATH_AS_IS, request.keepsPath ? 1 : 0)
        request.signing?.apply(to: &options)
        var headers = request.headers.map { name, value in
            value.isEmpty ? "\(name);" : "\(name): \(value)"
        }
        switch request.method {
        case .get: break
        case .head: options.set(CURLOPT_NOBODY, 1)
        case .post, .put:
            options.set(CURLOPT_POST, 1)
            options.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
            if upload == nil {
                options.setBody(request.body ?? [])
            } else if let length = upload?.length {
                unsafe options.attempt(
                    ccurl_set_offset(pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(length)))
            } else {
                headers.append("Transfer-Encoding: chunked")
            }
            // Neither libcurl's default type nor a wait of a second for "100 Continue".
            headers.append("Expect:")
            if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
                headers.append("Content-Type:")
            }
        }
        for header in headers { append(header, &options) }
        unsafe options.attempt(ccurl_set_list(pointer, CURLOPT_HTTPHEADER, list))
    }

    private func append(_ header: String, _ options: inout CurlOptions) {
        if let longer = unsafe curl_slist_append(list, header) {
            unsafe list = longer
        } else {
            options.attempt(CURLE_OUT_OF_MEMORY)
        }
    }

    /// While its look-up goes on, nothing else ends it, but for this guard.
    func extendConnectTimeout() {
        _ = unsafe ccurl_set_long(
            pointer, CURLOPT_CONNECTTIMEOUT_MS, TransferLimits.abandonedLookup.milliseconds)
    }

    /// Has libcurl ask once more for a body that it paused for. Not from inside of libcurl.
    func resume() {
        if isAdded { _ = unsafe ccurl_resume(pointer) }
    }

    /// Has libcurl make the request on no other connection of those that are kept.
    ///
    /// Where the connection turns out to be dead, libcurl tries the next, five times: any of them may
    /// have delivered the request. May be called from inside of libcurl.
    func forbidOldConnections() {
        _ = unsafe ccurl_set_long(pointer, CURLOPT_FRESH_CONNECT, 1)
    }

    /// Closes its connection once the transfer is over.
    func forbidReuse() {
        _ = unsafe ccurl_set_long(pointer, CURLOPT_FORBID_REUSE, 1)
    }

    // MARK: Callbacks

    private func setCallbacks(
        _ options: inout CurlOptions, _ context: UnsafeMutableRawPointer, multi: CurlMulti
    ) {
        unsafe options.attempt(ccurl_set_private(pointer, context))
        unsafe options.attempt(ccurl_set_error_buffer(pointer, errorBuffer))
        unsafe options.attempt(ccurl_set_header_function(pointer, receiveHead, context))
        unsafe options.attempt(ccurl_set_write_function(pointer, receiveBody, context))
        unsafe options.attempt(ccurl_set_lookup_function(pointer, startLookup, context))
        unsafe options.attempt(ccurl_set_open_function(pointer, openSocket, context))
        unsafe options.attempt(ccurl_set_connected_function(pointer, connected, context))
        unsafe options.attempt(multi.setCloseFunction(pointer))
    }

    // MARK: Results

    /// What libcurl says about a failure.
    var errorText: String { unsafe String(cString: errorBuffer) }

    /// The status of the last response, 0 before there is one.
    var status: Int { unsafe ccurl_get_long(pointer, CURLINFO_RESPONSE_CODE) }

    /// Whether it had no need of a new connection.
    var isReusingConnection: Bool { unsafe ccurl_get_long(pointer, CURLINFO_NUM_CONNECTS) == 0 }

    /// The URL of the last hop.
    var effectiveURL: String {
        guard let url = unsafe ccurl_get_string(pointer, CURLINFO_EFFECTIVE_URL) else { return "" }
        return unsafe String(cString: url)
    }
}

private func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer? {
    guard let context = unsafe context else { return nil }
    return unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
}

private let receiveHead: ccurl_bytes_function = { bytes, _, count, context in
    guard let transfer = unsafe transfer(context) else { return 0 }
    let line = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
    return transfer.received(headLine: unsafe line.assumingMemoryBound(to: UInt8.self).span)
        ? count : 0
}

private let receiveBody: ccurl_bytes_function = { bytes, _, count, context in
    guard let transfer = unsafe transfer(context), let easy = transfer.easy else { return 0 }
    let part = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
    let length = {
        let length = unsafe ccurl_get_offset(easy.pointer, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T)
        return length < 0 ? nil : Int(length)
    }
    let isTaken = transfer.received(
        body: unsafe part.assumingMemoryBound(to: UInt8.self).span, status: easy.status,
        length: length())
    return isTaken ? count : 0
}

private let startLookup: ccurl_lookup_function = { _, _, context in
    unsafe transfer(context)?.lookupStarted()
    return 0
}

private let openSocket: ccurl_open_function = { context, _, address in
    guard let transfer = unsafe transfer(context) else { return CURL_SOCKET_BAD }
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = unsafe ccurl_address_bytes(address, &bytes)
    let target = NetworkAddress(bytes: bytes.prefix(Int(count)))
    return transfer.mayConnect(to: target) ? unsafe ccurl_open_socket(address) : CURL_SOCKET_BAD
}

private let connected: ccurl_connected_function = { context, _, _, _, _ in
    guard let transfer = unsafe transfer(context), transfer.connected() else {
        return CURL_PREREQFUNC_ABORT
    }
    transfer.easy?.forbidOldConnections()
    return CURL_PREREQFUNC_OK
}
