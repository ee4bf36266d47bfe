// Cuts lines from a body, a bounded number of bytes at a time, so that neither one line of 32 MiB
// nor 32 million empty lines block the loop. It does no I/O and does not parse JSON.

/// The non-blank lines of a body, one after another.
struct LineCutter {
    private let body: [UInt8]
    /// Where the current line begins, and how far it has been searched for its end.
    private var start = 0
    private var position = 0

    init(_ body: [UInt8]) { self.body = body }

    /// Whether no line is left.
    var isAtEnd: Bool { start == body.count }

    /// The next line without its line break (LF or CR LF); blank lines are skipped. `nil` at the
    /// end, or when `budget`, the number of bytes that may still be scanned, is used up.
    mutating func next(within budget: inout Int) -> [UInt8]? {
        while !isAtEnd {
            let limit = min(body.count, position + max(0, budget))
            let lineBreak = index(of: UInt8(ascii: "\n"), in: position..<limit)
            let end = lineBreak ?? limit
            budget -= end - position + 1
            position = end
            guard lineBreak != nil || end == body.count else { return nil }
            let line = body[start..<end]
            position = min(end + 1, body.count)
            start = position
            if line.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) {
                return Array(line.last == 0x0D ? line.dropLast() : line)
            }
        }
        return nil
    }

    private func index(of byte: UInt8, in range: Range<Int>) -> Int? {
        let bytes = body.span
        for index in range where bytes[index] == byte { return index }
        return nil
    }
}
