// Sets the options of an easy one after the other, and records whether all were accepted.
//
// libcurl refuses an option if memory is short or if it was built without the feature. In both
// cases the transfer must not be made (a policy that is not in force is worse than an error).

internal import CCurl

/// Sets options, curl_easy_setopt(3).
@safe
struct CurlOptions {
    private let easy: UnsafeMutableRawPointer
    private var result = CURLE_OK

    init(_ easy: UnsafeMutableRawPointer) { unsafe self.easy = easy }

    /// Whether libcurl accepted all of them.
    var isAccepted: Bool { result == CURLE_OK }

    /// Sets an option that is a number.
    mutating func set(_ option: CURLoption, _ value: Int) {
        unsafe attempt(ccurl_set_long(easy, option, value))
    }

    /// Sets an option that is a string; `nil` means "none", not "the default".
    mutating func set(_ option: CURLoption, _ value: String?) {
        if let value {
            unsafe attempt(ccurl_set_string(easy, option, value))
        } else {
            unsafe attempt(ccurl_set_string(easy, option, nil))
        }
    }

    /// Sets the body of a request, which libcurl copies.
    mutating func setBody(_ body: [UInt8]) {
        // An empty array has no address, and libcurl takes a null address as "read it from a
        // callback".
        if body.isEmpty {
            unsafe attempt(ccurl_set_body(easy, "", 0))
        } else {
            unsafe attempt(ccurl_set_body(easy, body, body.count))
        }
    }

    /// Records the result of a call that set an option; the first refusal is kept.
    mutating func attempt(_ code: CURLcode) {
        if result == CURLE_OK { result = code }
    }
}
