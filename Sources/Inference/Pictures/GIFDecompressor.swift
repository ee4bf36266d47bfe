// The LZW of GIF as Pillow undoes it: bit for bit also where data goes on behind its end.

/// Where a frame stands on its canvas, in pixels.
struct GIFFrame {
    let left: Int
    let top: Int
    let width: Int
    let height: Int
    let isInterlaced: Bool
}

/// Decompresses one frame; its tables have a fixed size.
struct GIFDecompressor {
    /// How it ended.
    enum Outcome {
        case complete, truncated, damaged
    }

    /// Codes have at most 12 bits, and there are as many strings.
    private static let codes = 4096
    /// Pillow reads this many bytes at once, and does not look further before it must.
    private static let block = 65536

    private let bits: Int
    private var place: Int
    private var data = [UInt8](repeating: 0, count: codes)
    private var link = [Int32](repeating: 0, count: codes)
    /// The string of a code, from its end.
    private var string = [UInt8](repeating: 0, count: codes)

    /// A decompressor of numbers of `bits` bits, at most 12, whose blocks begin at `start`.
    init(bits: Int, start: Int) {
        self.bits = bits
        place = start
    }

    /// The order of rows.
    private struct Rows {
        let height: Int
        var current = 0
        private var step: Int
        private var pass: Int

        init(height: Int, isInterlaced: Bool) {
            self.height = height
            step = isInterlaced ? 8 : 1
            pass = isInterlaced ? 1 : 0
        }

        /// Goes to the next row; false after the last.
        mutating func next() -> Bool {
            current += step
            while current >= height {
                switch pass {
                case 1: (current, pass) = (4, 2)
                case 2: (current, step, pass) = (2, 4, 3)
                case 3: (current, step, pass) = (1, 2, 0)
                default: return false
                }
            }
            return true
        }
    }

    /// Writes a frame's numbers into a canvas that holds it.
    mutating func run(
        _ bytes: borrowing Span<UInt8>, _ frame: GIFFrame, canvasWidth: Int,
        into canvas: inout [UInt8]
    ) -> Outcome {
        let clear = 1 << bits
        var seen = min(bytes.count, place + Self.block)
        var (codeSize, next, mask) = (bits + 1, clear + 2, (2 << bits) - 1)
        var (buffer, bufferedBits, blockLeft) = (0, 0, 0)
        var (last, lastByte) = (-1, UInt8(0))
        var rows = Rows(height: frame.height, isInterlaced: frame.isInterlaced)
        var x = 0
        while true {
            while bufferedBits < codeSize {
                if blockLeft > 0 {
                    buffer |= Int(bytes[place]) << bufferedBits
                    bufferedBits += 8
                    blockLeft -= 1
                    place += 1
                    continue
                }
                // A block counts only when all of it is there.
                while place >= seen || seen - place < Int(bytes[place]) + 1 {
                    guard seen < bytes.count else { return .truncated }
                    seen = min(bytes.count, seen + Self.block)
                }
                blockLeft = Int(bytes[place])
                place += 1
            }
            let code = buffer & mask
            buffer >>= codeSize
            bufferedBits -= codeSize

            if code == clear {
                if last >= 0 { (codeSize, next, mask) = (bits + 1, clear + 2, (2 << bits) - 1) }
                last = -1
                continue
            }
            if code == clear + 1 {
                // Pillow goes on when it reads the next bytes.
                guard seen < bytes.count else { return .truncated }
                seen = min(bytes.count, seen + Self.block)
                continue
            }
            var begin = Self.codes - 1
            if last < 0 {
                guard code <= clear else { return .damaged }
                (last, lastByte) = (code, UInt8(truncatingIfNeeded: code))
                string[begin] = lastByte
            } else {
                guard code <= next else { return .damaged }
                begin = Self.codes
                var current = code
                if code == next {
                    begin -= 1
                    string[begin] = lastByte
                    current = last
                }
                while current >= clear {
                    guard begin > 0, current < Self.codes else { return .damaged }
                    begin -= 1
                    string[begin] = data[current]
                    current = Int(link[current])
                }
                lastByte = UInt8(truncatingIfNeeded: current)
                if next < Self.codes {
                    data[next] = lastByte
                    link[next] = Int32(truncatingIfNeeded: last)
                    if next == mask, codeSize < 12 {
                        codeSize += 1
                        mask = (1 << codeSize) - 1
                    }
                    next += 1
                }
                last = code
                // The string's first byte comes before the others.
                guard
                    put(lastByte, &x, &rows, frame, canvasWidth, &canvas)
                else { return .complete }
            }
            for index in begin..<Self.codes {
                guard put(string[index], &x, &rows, frame, canvasWidth, &canvas) else {
                    return .complete
                }
            }
        }
    }

    /// Writes one number; false after the last of the frame.
    private func put(
        _ value: UInt8, _ x: inout Int, _ rows: inout Rows, _ frame: GIFFrame, _ canvasWidth: Int,
        _ canvas: inout [UInt8]
    ) -> Bool {
        canvas[(frame.top + rows.current) * canvasWidth + frame.left + x] = value
        x += 1
        guard x == frame.width else { return true }
        x = 0
        return rows.next()
    }
}
