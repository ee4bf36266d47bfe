// Log lines on standard error: text for people, JSON for machines (contracts.md A16, B12).
//
// Lines of one turn leave in one write; nothing here keeps a line that could not be written. Never
// given a query string or a request's body: presigned URLs are secrets.

internal import Glibc

/// How log lines are written.
enum LogFormat: String, CaseIterable, Sendable {
    case text, json
}

/// How important a line is; the order of the cases is the order of importance.
enum LogLevel: String, CaseIterable, Sendable, Comparable {
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

    static func < (left: LogLevel, right: LogLevel) -> Bool {
        left.rank < right.rank
    }

    private var rank: Int { LogLevel.allCases.firstIndex(of: self) ?? 0 }
}

/// Something a line says besides its message.
enum LogValue {
    case text(String)
    case number(Int)
    case milliseconds(Double)
}

/// Writes log lines. Loop thread.
final class Log {
    private let format: LogFormat
    private let level: LogLevel
    private let descriptor: CInt
    private var buffer: [UInt8] = []
    /// Asked to call `flush` soon, once for all lines of a turn; `nil` writes at once.
    var flushSoon: (() -> Void)?

    init(format: LogFormat, level: LogLevel, descriptor: CInt = STDERR_FILENO) {
        self.format = format
        self.level = level
        self.descriptor = descriptor
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

    /// Writes what has gathered.
    func flush() {
        var written = 0
        while written < buffer.count {
            let count = unsafe buffer.withUnsafeBytes { bytes in
                unsafe Glibc.write(
                    descriptor, bytes.baseAddress.map { unsafe $0 + written },
                    bytes.count - written)
            }
            if count < 0 && errno == EINTR { continue }
            // Nobody reads: dropping the line beats stopping the server.
            guard count > 0 else { break }
            written += count
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private func write(
        _ level: LogLevel, _ message: String, _ fields: KeyValuePairs<String, LogValue>
    ) {
        guard level >= self.level else { return }
        let isFirst = buffer.isEmpty
        switch format {
        case .text: appendText(level, message, fields)
        case .json: appendJSON(level, message, fields)
        }
        guard let flushSoon else { return flush() }
        if isFirst { flushSoon() }
    }

    private func appendText(
        _ level: LogLevel, _ message: String, _ fields: KeyValuePairs<String, LogValue>
    ) {
        let name = level.rawValue
        buffer += Timestamp.now().utf8
        buffer += " \(name)\(String(repeating: " ", count: 6 - name.count))\(message)".oneLine.utf8
        for (key, value) in fields {
            switch value {
            case .text(let text): buffer += " \(key)=\(text)".oneLine.utf8
            case .number(let number): buffer += " \(key)=\(number)".utf8
            case .milliseconds(let time): buffer += " \(key)=\(time.threeDecimals)ms".utf8
            }
        }
        buffer.append(UInt8(ascii: "\n"))
    }

    private func appendJSON(
        _ level: LogLevel, _ message: String, _ fields: KeyValuePairs<String, LogValue>
    ) {
        var json = JSONWriter()
        json.object { json in
            json.field("timestamp", Timestamp.now())
            json.field("level", level.rawValue.uppercased())
            json.field("message", message)
            for (key, value) in fields {
                switch value {
                case .text(let text): json.field(key, text)
                case .number(let number): json.field(key, number)
                case .milliseconds(let time): json.field(key + "Ms", raw: time.threeDecimals)
                }
            }
        }
        buffer += json.bytes
        buffer.append(UInt8(ascii: "\n"))
    }
}

/// Points in time, as RFC 3339 writes them.
enum Timestamp {
    /// The present instant: "2026-11-22T12:00:00.000Z".
    static func now() -> String {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        let (day, second) = (time.tv_sec / 86400, time.tv_sec % 86400)
        let clock = [second / 3600, second / 60 % 60, second % 60].map { padded($0, to: 2) }
        return "\(date(ofDay: day))T\(clock.joined(separator: ":"))"
            + ".\(padded(time.tv_nsec / 1_000_000, to: 3))Z"
    }

    /// The date of a day since 1970: years are counted from March, so that a leap day ends one.
    private static func date(ofDay day: Int) -> String {
        let shifted = day + 719_468
        let (era, dayOfEra) = (shifted / 146_097, shifted % 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return "\(year)-\(padded(month, to: 2))-\(padded(dayOfMonth, to: 2))"
    }

    private static func padded(_ number: Int, to width: Int) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Double {
    /// "1.234": a locale-free number with three decimals.
    fileprivate var threeDecimals: String {
        let thousandths = Int((self * 1000).rounded())
        let fraction = "\(thousandths % 1000)"
        return "\(thousandths / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)"
    }
}

extension String {
    /// Control characters (line breaks above all) shown as `\u{…}`, so that a line stays one line.
    fileprivate var oneLine: String {
        guard unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            return self
        }
        return unicodeScalars.reduce(into: "") { line, scalar in
            if scalar.value < 0x20 || scalar.value == 0x7F {
                line += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                line.unicodeScalars.append(scalar)
            }
        }
    }
}
