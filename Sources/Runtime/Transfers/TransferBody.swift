// The body of a response as it was received, and what it unpacks to.

internal import Basics

/// A body, perhaps packed.
package struct TransferBody: Sendable, Equatable {
    /// As received.
    package let bytes: [UInt8]
    /// In the order in which they were applied.
    private let codings: [ContentCoding]
    /// For sentences.
    private let host: String
    /// The most bytes that it may unpack to.
    private let limit: Int

    /// The body of a response.
    package init(of response: TransferResponse, limit: Int) {
        bytes = response.body
        codings = ContentCoding.list(in: response.headers)
        // Reading a URL takes a tenth of a small transfer's instructions.
        host = codings.isEmpty ? "" : response.host
        self.limit = limit
    }

    /// The bytes as the host's file has them. Any thread; takes time and memory in proportion to
    /// them. Throws `undecodable`.
    package func unpacked() throws(TransferError) -> [UInt8] {
        guard !codings.isEmpty else { return bytes }
        var unpacked: [UInt8] = []
        do throws(CodingError) {
            let decoder = try ContentDecoder(codings, limit: limit)
            try decoder.decode(bytes.span) { piece in
                unpacked.append(piece)
                return true
            }
            try decoder.finish()
        } catch {
            throw .undecodable(host: host, error)
        }
        return unpacked
    }
}
