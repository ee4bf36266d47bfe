// One libcurl easy: the options of a request, and libcurl's callbacks as calls on a `Transfer`.
//
// Easies are reused, which keeps their buffers. An easy retains its transfer from `attach` to
// `detach`, because libcurl holds a pointer to it in between. The callbacks only record events:
// they must not call libcurl (libcurl-multi(3)).

internal import CCurl
internal import EventLoop

/// An easy, which runs one transfer at a time. Loop thread.
@safe
final class CurlEasy {
    /// libcurl's pointer to the easy.
    let pointer: UnsafeMutableRawPointer
    private let errorBuffer: UnsafeMutablePointer<CChar>
    private var list: UnsafeMutablePointer<curl_slist>?
    private var context: Unmanaged<Transfer>?
    /// Whether it is in a multi; set by `CurlMulti`.
    var isAdded = false

    /// `nil` if memory is short.
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

    /// The transfer that an easy runs.
    static func transfer(of easy: UnsafeMutableRawPointer) -> Transfer? {
        guard let context = unsafe ccurl_get_private(easy) else { return nil }
        return unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    }

    /// Which connections may take a request.
    enum Connection {
        /// A kept connection or a new one.
        case any
        /// A new one only: a kept one has turned out to be dead, and the next might be dead, too.
        case new
    }

    /// Prepares it for a transfer; false if libcurl refuses an option.
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

    /// Releases the transfer; the easy must no longer be in a multi.
    func detach() {
        precondition(!isAdded)
        _ = unsafe ccurl_set_private(pointer, nil)
        unsafe curl_slist_free_all(list)
        unsafe list = nil
        unsafe context?.release()
        unsafe context = nil
    }

    // MARK: Options

    /// The options that are the same for all requests of a pool.
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
        // Closing the pool must not wait for a hanging name look-up.
        options.set(CURLOPT_QUICK_EXIT, 1)
        let schemes = request.requiresTLS ? "https" : "http,https"
        options.set(CURLOPT_PROTOCOLS_STR, schemes)
        options.set(CURLOPT_REDIR_PROTOCOLS_STR, schemes)
        let follows = request.maxRedirects > 0 && !request.isSigned
        options.set(CURLOPT_FOLLOWLOCATION, follows ? 1 : 0)
        options.set(CURLOPT_MAXREDIRS, request.maxRedirects)
        // A proxy from the environment would connect for us and bypass the address policy.
        options.set(CURLOPT_PROXY, "")
        options.set(CURLOPT_USERAGENT, settings.userAgent)
        switch settings.peers {
        case .remote:
            options.set(CURLOPT_MAXAGE_CONN, Int(TransferLimits.remoteIdle.components.seconds))
        case .local:
            options.set(CURLOPT_MAXAGE_CONN, Int(TransferLimits.localIdle.components.seconds))
            options.set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        }
        // Not essential, so no `attempt`: libcurl refuses if the easy still has the buffer of a
        // transfer that ended in its look-up or used HTTP/2; that buffer already has this size.
        _ = unsafe ccurl_set_long(pointer, CURLOPT_BUFFERSIZE, TransferLimits.receiveBytes)
        // libcurl keeps the parsed authorities for the next connection only if no directory of them
        // is set (Debian sets one); parsing them takes longer than a whole transfer.
        options.set(CURLOPT_CAPATH, nil)
        if let file = settings.certificateFile { options.set(CURLOPT_CAINFO, file) }
        if let limit = request.connectTimeout, settings.peers == .remote {
            // A little longer than ours, see Transfer.swift. libcurl divides it among a host's
            // addresses, so that a dead one does not use up all the time. Its timer keeps running
            // after the connection is made, so a request that may take hours must have none.
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
            // Disables libcurl's default type and its wait of a second for "100 Continue".
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

    /// During an abandoned look-up, only this timeout ends the transfer.
    func extendConnectTimeout() {
        _ = unsafe ccurl_set_long(
            pointer, CURLOPT_CONNECTTIMEOUT_MS, TransferLimits.abandonedLookup.milliseconds)
    }

    /// Makes libcurl ask again for the body after a pause. Not from inside libcurl.
    func resume() {
        if isAdded { _ = unsafe ccurl_resume(pointer) }
    }

    /// Stops libcurl from trying the request on another kept connection.
    ///
    /// If a connection turns out to be dead, libcurl tries the next, up to five times, although
    /// each may have delivered the request. May be called from inside libcurl.
    func forbidOldConnections() {
        _ = unsafe ccurl_set_long(pointer, CURLOPT_FRESH_CONNECT, 1)
    }

    /// Closes its connection after the transfer.
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

    /// libcurl's text about a failure.
    var errorText: String { unsafe String(cString: errorBuffer) }

    /// The status of the last response, 0 before there is one.
    var status: Int { unsafe ccurl_get_long(pointer, CURLINFO_RESPONSE_CODE) }

    /// Whether it used a kept connection.
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
