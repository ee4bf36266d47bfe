// Every violation of HTTP/1.1 by a client, with its answer.
//
// One case for each kind of violation, so that a test can check that a request was refused for the
// right reason. Each has a status and one sentence that says what is wrong and what would be right;
// the sentence quotes no byte of the request, so nothing is reflected.

/// A violation of HTTP/1.1 by the client. The connection closes after it has been answered.
package enum ProtocolError: UInt8, Error, Sendable, Equatable, CaseIterable {
    // Lines
    case tlsHandshake, bareLineFeed, bareCarriageReturn
    // Request line
    case emptyRequestLine, invalidMethod, methodTooLong
    case invalidTarget, invalidTargetForm, targetTooLong
    case missingVersion, malformedVersion, unsupportedVersion
    // Field lines
    case foldedFieldLine, emptyFieldName, whitespaceBeforeColon, invalidFieldName, missingColon
    case invalidFieldValue, headTooLarge, tooManyFields
    // Meaning of the fields
    case missingHost, repeatedHost
    case invalidContentLength, repeatedContentLength, contentLengthWithTransferEncoding
    case transferEncodingInHTTP10, malformedTransferEncoding, unsupportedTransferCoding
    case unsupportedExpectation
    // Chunked bodies
    case invalidChunkSize, chunkSizeOverflow, chunkHeaderTooLong, malformedChunkExtension
    case chunkExtensionsTooLong, unterminatedChunk, malformedTrailer, trailerTooLarge
}

extension ProtocolError {
    /// The status to answer with.
    package var status: Status {
        switch self {
        case .targetTooLong: .uriTooLong
        case .headTooLarge, .tooManyFields, .trailerTooLarge: .headersTooLarge
        case .unsupportedExpectation: .expectationFailed
        case .methodTooLong, .unsupportedTransferCoding: .notImplemented
        case .unsupportedVersion: .versionNotSupported
        default: .badRequest
        }
    }

    /// One readable sentence: what is wrong, and what would be right.
    package var sentence: String {
        switch self {
        case .tlsHandshake:
            "The bytes look like a TLS handshake, but this port speaks plain HTTP."
        case .bareLineFeed:
            "A line ends with LF alone; HTTP lines end with CR LF."
        case .bareCarriageReturn:
            "A CR is not followed by LF; HTTP lines end with CR LF."
        case .emptyRequestLine, .invalidMethod, .methodTooLong, .invalidTarget,
            .invalidTargetForm, .targetTooLong, .missingVersion, .malformedVersion,
            .unsupportedVersion:
            requestLineSentence
        case .foldedFieldLine, .emptyFieldName, .whitespaceBeforeColon, .invalidFieldName,
            .missingColon, .invalidFieldValue, .headTooLarge, .tooManyFields:
            fieldLineSentence
        case .missingHost, .repeatedHost, .invalidContentLength, .repeatedContentLength,
            .contentLengthWithTransferEncoding, .transferEncodingInHTTP10,
            .malformedTransferEncoding, .unsupportedTransferCoding, .unsupportedExpectation:
            framingSentence
        default:
            chunkSentence
        }
    }

    private var requestLineSentence: String {
        switch self {
        case .emptyRequestLine:
            "The request line is empty; it should read METHOD SP TARGET SP HTTP/1.1."
        case .invalidMethod:
            "The method holds a byte that no token may hold; it should be a word like GET or POST."
        case .methodTooLong:
            "The method is longer than \(Limits.methodBytes) bytes; "
                + "it should be a word like GET or POST."
        case .invalidTarget:
            "The request target is empty or holds a byte other than visible ASCII (or '#'); "
                + "such bytes should be percent-encoded."
        case .invalidTargetForm:
            "The request target should be a path that starts with '/', an http:// or https:// "
                + "address, '*' for OPTIONS, or host:port for CONNECT."
        case .targetTooLong:
            "The request target is too long; a query that large belongs in the body."
        case .missingVersion:
            "The request line has no HTTP version; it should end with HTTP/1.1."
        case .malformedVersion:
            "The request line should end with one space and HTTP/1.1."
        default:
            "The HTTP version is not supported; it should be HTTP/1.1 or HTTP/1.0."
        }
    }

    private var fieldLineSentence: String {
        switch self {
        case .foldedFieldLine:
            "A field line starts with a space or tab; a field should be on one line."
        case .emptyFieldName:
            "A field line starts with a colon; it should read NAME: VALUE."
        case .whitespaceBeforeColon:
            "There is a space or tab between a field name and its colon; there should be none."
        case .invalidFieldName:
            "A field name holds a byte that no token may hold."
        case .missingColon:
            "A field line has no colon; it should read NAME: VALUE."
        case .invalidFieldValue:
            "A field value holds a control byte; only visible characters, spaces and tabs may be."
        case .headTooLarge:
            "The request line and field lines are too large together."
        default:
            "The request has too many field lines."
        }
    }

    private var framingSentence: String {
        switch self {
        case .missingHost:
            "The request has no Host field; HTTP/1.1 needs exactly one."
        case .repeatedHost:
            "The request has more than one Host field; HTTP/1.1 needs exactly one."
        case .invalidContentLength:
            "Content-Length should be one decimal number of bytes below 2^63."
        case .repeatedContentLength:
            "The request has more than one Content-Length field; there should be one."
        case .contentLengthWithTransferEncoding:
            "The request has both Content-Length and Transfer-Encoding; there should be one."
        case .transferEncodingInHTTP10:
            "HTTP/1.0 has no Transfer-Encoding; the request should have a Content-Length."
        case .malformedTransferEncoding:
            "Transfer-Encoding should be the one word chunked."
        case .unsupportedTransferCoding:
            "The transfer coding is not supported; the only one supported is chunked."
        default:
            "The expectation is not supported; the only one supported is 100-continue."
        }
    }

    private var chunkSentence: String {
        switch self {
        case .invalidChunkSize:
            "A chunk size should be hexadecimal digits, followed by CR LF or a ';'."
        case .chunkSizeOverflow:
            "A chunk size is too large; it should be below 2^63."
        case .chunkHeaderTooLong:
            "The line with a chunk's size is too long."
        case .malformedChunkExtension:
            "A chunk extension should read ;NAME, ;NAME=VALUE or ;NAME=\"VALUE\"."
        case .chunkExtensionsTooLong:
            "The chunk extensions of the body are too long together."
        case .unterminatedChunk:
            "A chunk's bytes should be followed by CR LF; the chunk does not have its stated size."
        case .malformedTrailer:
            "A trailer field line should read NAME: VALUE, without control bytes or folding."
        default:
            "The trailer section after the last chunk is too large."
        }
    }
}
