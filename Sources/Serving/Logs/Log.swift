// Log lines on standard error: text for people, JSON for machines (docs/platforms.md A16, B12).
//
// Lines of one turn leave together. Where their reader is slow they wait here, and are dropped where
// too many do, since no log is worth a server that stands still. One event is one line, whatever its
// texts hold. Nothing here is ever given a query string or a request's body: presigned URLs are
// secrets.

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

    /// By name, by the names other loggers use, or by the numbers of Python's `logging`.
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

/// Something a line says besides its message.
enum LogValue {
    case text(String)
    case number(Int)
    /// "took=1.234ms" in text, "tookMs":1.234 in JSON.
    case milliseconds(Double)
    /// Nothing is said.
    case absent

    /// A text that may be missing.
    init(_ text: String?) { self = text.map(LogValue.text) ?? .absent }
}

/// Writes log lines. Loop thread.
final class Log {
    private let format: LogFormat
    private let level: LogLevel
    private let descriptor: CInt
    private let now: () -> WallTime
    /// Whole lines, but for the part of the first that has left.
    private var buffer: [UInt8] = []
    private var isFlushDue = false
    /// Asked to call `flush` soon, once for all lines of a turn; `nil` writes at once.
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
    /// What a pipe that has room takes without a wait; pipe(7), PIPE_BUF.
    private static let portion = 4096

    /// Writes what has gathered, as far as it is taken: at once, or within a patience, in milliseconds,
    /// for each part of it.
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
            // Nobody will ever read it.
            guard count > 0 else { return buffer.removeAll(keepingCapacity: true) }
            written += count
        }
        buffer.removeFirst(written)
    }

    /// Whether a write returns at once: the descriptor is shared with others, and has to stay as it is,
    /// one that waits.
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
    /// Appends "1.234": a locale-free number with three decimals, which is not negative.
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
