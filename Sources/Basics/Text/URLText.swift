// Removes parts of URLs that may be secret, for logs and error sentences.

extension String {
    /// A URL without its query, which may hold a signature, and without user name and password.
    package var withoutURLSecrets: String {
        // Works on bytes, because a combining mark after "?" or "@" would make another character of
        // it.
        let path = utf8.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        guard let colon = path.firstIndex(of: UInt8(ascii: ":")) else {
            return String(Substring(path))
        }
        // Some URL parsers accept one slash, or three, instead of two.
        let rest = path[path.index(after: colon)...].drop { "/\\".utf8.contains($0) }
        let authority = rest.prefix { $0 != UInt8(ascii: "/") }
        guard let at = authority.lastIndex(of: UInt8(ascii: "@")) else {
            return String(Substring(path))
        }
        return String(Substring(path[..<rest.startIndex]))
            + String(Substring(path[path.index(after: at)...]))
    }

    /// A sentence without the queries of the URLs in it: they may hold signatures.
    package var withoutQueries: String {
        guard utf8.contains(UInt8(ascii: "?")) else { return self }
        var text: [UInt8] = []
        var isQuery = false
        for byte in utf8 {
            // A space, a straight quotation mark, or the first byte of a curly one.
            if isQuery && ![0x20, 0x22, 0xE2].contains(byte) { continue }
            isQuery = byte == UInt8(ascii: "?")
            text += isQuery ? Array("?…".utf8) : [byte]
        }
        return String(decoding: text, as: UTF8.self)
    }
}
