// Forwards libcurl's three callbacks for a body that is made while it is sent to its `Upload`.
//
// They ask for more bytes, for a restart, and for the trailers. libcurl 7.88 does not clear the
// trailers of an easy's last request, so an easy that has sent any is not reused.

internal import CCurl

/// Makes libcurl ask a transfer's `Upload` for the body.
enum UploadCallbacks {
    /// Sets them, with the transfer as `context`.
    static func set(
        _ options: inout CurlOptions, _ easy: UnsafeMutableRawPointer,
        _ context: UnsafeMutableRawPointer
    ) {
        unsafe options.attempt(ccurl_set_read_function(easy, giveBody, context))
        unsafe options.attempt(ccurl_set_seek_function(easy, beginAgain, context))
        unsafe options.attempt(ccurl_set_trailer_function(easy, giveTrailers, context))
        // Only HTTP/1.1 has chunked coding.
        options.set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
    }
}

private func upload(_ context: UnsafeMutableRawPointer?) -> Upload? {
    guard let context = unsafe context else { return nil }
    return unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().upload
}

private let giveBody: ccurl_bytes_function = { bytes, _, room, context in
    guard let upload = unsafe upload(context) else { return Int(CURL_READFUNC_ABORT) }
    let portion = upload.read(upTo: room) { span in
        unsafe span.withUnsafeBufferPointer { source in
            guard let start = source.baseAddress else { return }
            unsafe UnsafeMutableRawPointer(bytes).copyMemory(from: start, byteCount: source.count)
        }
    }
    switch portion {
    case .bytes(let count): return count
    case .pause: return Int(CURL_READFUNC_PAUSE)
    case .end: return 0
    case .failure: return Int(CURL_READFUNC_ABORT)
    }
}

private let beginAgain: ccurl_seek_function = { context, offset, origin in
    guard let upload = unsafe upload(context), offset == 0, upload.begin() else {
        return CURL_SEEKFUNC_FAIL
    }
    return CURL_SEEKFUNC_OK
}

private let giveTrailers: ccurl_trailer_function = { list, context in
    guard let upload = unsafe upload(context) else { return CURL_TRAILERFUNC_ABORT }
    for line in upload.trailers {
        // libcurl frees the list.
        guard let longer = unsafe curl_slist_append(list.pointee, line) else {
            return CURL_TRAILERFUNC_ABORT
        }
        unsafe list.pointee = longer
    }
    return CURL_TRAILERFUNC_OK
}
