// Cuts lines from a body, a bounded number of bytes at a time, so that neither one line of 32 MiB nor
// 32 million empty ones hold up the loop. Pure; knows nothing of JSON.

/// The lines of a body that are not blank, one after another.
struct LineCutter {
    private let body: [UInt8]
    /// Where the present line begins, and how far its end has been looked for.
    private var start = 0
    private var position = 0

    init(_ body: [UInt8]) { self.body = body }

    /// Whether no line is left.
    var isAtEnd: Bool { start == body.count }

    /// The next line without its line break (LF or CR LF), blank ones skipped; `nil` at the end, or
    /// where `budget`, the bytes that may still be looked at, is used up.
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
