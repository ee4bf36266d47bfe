// Log lines on standard error: text for people, JSON for machines (docs/platforms.md A16, B12).
//
// Lines of one turn of the loop are written together. If their reader is slow, they are buffered
// here, and dropped when the buffer is full, so that logging never blocks the server. One event is
// one line, even if its texts hold line breaks. Callers never pass a query string or a request's
// body: presigned URLs are secrets.

internal import Basics
internal import Glibc
internal import Inference
internal import Runtime

/// How log lines are written.
package enum LogFormat: String, CaseIterable, Sendable {
    case text, json
}

/// How important a line is.
package enum LogLevel: String, CaseIterable, Sendable, Comparable {
    case trace, debug, info, warn, error, fatal

    /// Reads a level's name, a name that other loggers use, or a number of Python's `logging`.
    init?(lenient text: String) {
        switch text.lowercased() {
        case "10": self = .debug
        case "20", "notice": self = .info
        case "30", "warning": self = .warn
        case "40": self = .error
        case "50", "critical": self = .fatal
        case let name:
            guard let level = LogLevel(rawValue: name) else { return nil }
            self = level
        }
    }

    package static func < (left: LogLevel, right: LogLevel) -> Bool {
        left.rank < right.rank
    }

    private var rank: Int {
        switch self {
        case .trace: 0
        case .debug: 1
        case .info: 2
        case .warn: 3
        case .error: 4
        case .fatal: 5
        }
    }
}

/// The value of a field in a log line.
enum LogValue {
    case text(String)
    case number(Int)
    /// "took=1.234ms" in text, "tookMs":1.234 in JSON.
    case milliseconds(Double)
    /// The field is omitted.
    case absent

    /// A text, or `absent`.
    init(_ text: String?) { self = text.map(LogValue.text) ?? .absent }
}

/// Writes log lines. Loop thread.
final class Log {
    private let format: LogFormat
    private let level: LogLevel
    private let descriptor: CInt
    private let now: () -> WallTime
    /// Whole lines, except that the first may be partly written already.
    private var buffer: [UInt8] = []
    private var isFlushDue = false
    /// Called once for all lines of a turn, and must call `flush` soon; `nil` writes at once.
    var flushSoon: (() -> Void)?

    init(
        format: LogFormat, level: LogLevel, descriptor: CInt = STDERR_FILENO,
        now: @escaping () -> WallTime = WallTime.now
    ) {
        self.format = format
        self.level = level
        self.descriptor = descriptor
        self.now = now
    }

    func debug(_ message: String, _ fields: KeyValuePairs<String, LogValue> = [:]) {
        write(.debug, message, fields)
    }

    func info(_ message: String, _ fields: KeyValuePairs<String, LogValue> = [:]) {
        write(.info, message, fields)
    }

    func warn(_ message: String, _ fields: KeyValuePairs<String, LogValue> = [:]) {
        write(.warn, message, fields)
    }

    func error(_ message: String, _ fields: KeyValuePairs<String, LogValue> = [:]) {
        write(.error, message, fields)
    }

    /// Bytes beyond which further lines are dropped.
    static let bufferMax = 1 << 20
    /// The most bytes that a pipe with room takes without blocking; pipe(7), PIPE_BUF.
    private static let portion = 4096

    /// Writes as much of the buffer as the descriptor takes; for each part of it, waits for room up
    /// to `patience` milliseconds.
    func flush(patience: CInt = 0) {
        isFlushDue = false
        var written = 0
        while written < buffer.count, hasRoom(within: patience) {
            let count = unsafe buffer.withUnsafeBytes { bytes in
                unsafe Glibc.write(
                    descriptor, bytes.baseAddress.map { unsafe $0 + written },
                    min(Self.portion, bytes.count - written))
            }
            if count < 0 && errno == EINTR { continue }
            // The reader has gone.
            guard count > 0 else { return buffer.removeAll(keepingCapacity: true) }
            written += count
        }
        buffer.removeFirst(written)
    }

    /// Whether a write would return at once. The descriptor is shared with other processes, so it
    /// has to stay in blocking mode.
    private func hasRoom(within patience: CInt) -> Bool {
        var polled = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&polled, 1, patience) > 0
    }

    private func write(
        _ level: LogLevel, _ message: String, _ fields: KeyValuePairs<String, LogValue>
    ) {
        guard level >= self.level, buffer.count < Self.bufferMax else { return }
        switch format {
        case .text: appendText(level, message, fields)
        case .json: appendJSON(level, message, fields)
        }
        guard let flushSoon else { return flush() }
        if isFlushDue { return }
        isFlushDue = true
        flushSoon()
    }

    private func appendText(
        _ level: LogLevel, _ message: String, _ fields: KeyValuePairs<String, LogValue>
    ) {
        let space = UInt8(ascii: " ")
        now().append(to: &buffer)
        buffer.append(space)
        buffer += level.rawValue.utf8
        buffer += repeatElement(space, count: 6 - level.rawValue.utf8.count)
        buffer += message.onOneLine().utf8
        for (key, value) in fields {
            if case .absent = value { continue }
            buffer.append(space)
            buffer += key.utf8
            buffer.append(UInt8(ascii: "="))
            switch value {
            case .text(let text): buffer += text.quotedWhereNeeded.utf8
            case .number(let number): buffer.append(decimal: number)
            case .milliseconds(let time):
                buffer.append(thousandths: time)
                buffer += "ms".utf8
            case .absent: break
            }
        }
        buffer.append(UInt8(ascii: "\n"))
    }

    private func appendJSON(
        _ level: LogLevel, _ message: String, _ fields: KeyValuePairs<String, LogValue>
    ) {
        var json = JSONWriter()
        json.object { json in
            json.field("timestamp", now().rfc3339)
            json.field("level", level.rawValue.uppercased())
            json.field("message", message)
            for (key, value) in fields {
                switch value {
                case .text(let text): json.field(key, text)
                case .number(let number): json.field(key, number)
                case .milliseconds(let time): json.field(key + "Ms", thousandths: time)
                case .absent: break
                }
            }
        }
        buffer += json.bytes
        buffer.append(UInt8(ascii: "\n"))
    }
}

extension [UInt8] {
    /// Appends a number that is not negative, with three decimals and no locale: "1.234".
    fileprivate mutating func append(thousandths number: Double) {
        let thousandths = Int((number * 1000).rounded())
        append(decimal: thousandths / 1000)
        append(UInt8(ascii: "."))
        append(decimal: thousandths % 1000, width: 3)
    }
}

extension JSONWriter {
    /// Writes a key and a number with three decimals.
    fileprivate mutating func field(_ name: String, thousandths number: Double) {
        var text: [UInt8] = []
        text.append(thousandths: number)
        field(name, raw: String(decoding: text, as: UTF8.self))
    }
}
