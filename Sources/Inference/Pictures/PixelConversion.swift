// Converts pixels from the file's form to gray or RGB, in place and with the arithmetic of Pillow
// (`Image.convert`) or OpenCV.
//
// One buffer holds both forms. If pixels grow, the stored ones lie at its end and are read ahead of
// the writing; if they shrink, they lie at its start.

/// A conversion of a whole picture inside one buffer.
struct PixelConversion {
    private let form: PixelForm
    private let mode: DecodeMode
    private let pixels: Int

    /// Describes a conversion to the form in `mode`.
    init(from form: PixelForm, _ mode: DecodeMode, pixels: Int) {
        self.form = form
        self.mode = mode
        self.pixels = pixels
    }

    private var channels: Int { mode.channels }

    /// The size of the buffer in bytes.
    var capacity: Int { pixels * max(form.bytes, channels) }

    /// How many bytes at the start of the buffer are the result.
    var convertedCount: Int { pixels * channels }

    /// Where in the buffer the codec must write its pixels.
    var storedRange: Range<Int> {
        let start = max(0, pixels * (channels - form.bytes))
        return start..<start + pixels * form.bytes
    }

    /// Converts `memory`, whose `storedRange` is filled.
    func convert(_ memory: UnsafeMutableBufferPointer<UInt8>) {
        guard form.bytes != channels else { return }
        precondition(memory.count >= capacity)
        var read = storedRange.lowerBound
        var write = 0
        for _ in 0..<pixels {
            switch form {
            case .gray:
                unsafe store(gray: memory[read], at: write, memory)
            case .gray16:
                // Pillow clips 16-bit gray at 255; it does not scale it.
                let clipped = unsafe memory[read] == 0 ? memory[read + 1] : 255
                unsafe store(gray: clipped, at: write, memory)
            case .rgb:
                unsafe memory[write] = Self.luma(
                    memory[read], memory[read + 1], memory[read + 2])
            case .cmyk:
                let black = unsafe Int32(memory[read + 3])
                let red = unsafe ink(memory[read], black)
                let green = unsafe ink(memory[read + 1], black)
                let blue = unsafe ink(memory[read + 2], black)
                if channels == 1 {
                    unsafe memory[write] =
                        mode.profile == .opencv
                        ? Self.luma14(red, green, blue) : Self.luma(red, green, blue)
                } else {
                    unsafe memory[write] = red
                    unsafe memory[write + 1] = green
                    unsafe memory[write + 2] = blue
                }
            }
            read += form.bytes
            write += channels
        }
    }

    private func store(
        gray: UInt8, at index: Int, _ memory: UnsafeMutableBufferPointer<UInt8>
    ) {
        for channel in 0..<channels { unsafe memory[index + channel] = gray }
    }

    /// ITU-R 601-2 luma in 16-bit fixed point, rounded.
    private static func luma(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
        let sum = UInt32(red) * 19595 + UInt32(green) * 38470 + UInt32(blue) * 7471
        return UInt8(truncatingIfNeeded: (sum + 0x8000) >> 16)
    }

    /// The same in 14-bit fixed point: OpenCV's.
    private static func luma14(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
        let sum = UInt32(red) * 4899 + UInt32(green) * 9617 + UInt32(blue) * 1868
        return UInt8(truncatingIfNeeded: (sum + 0x2000) >> 14)
    }

    /// One of red, green and blue from its ink and black, both stored inverted: Pillow divides by
    /// 255 and rounds, OpenCV shifts.
    private func ink(_ stored: UInt8, _ black: Int32) -> UInt8 {
        let product = (255 - Int32(stored)) * black
        if mode.profile == .opencv { return UInt8(truncatingIfNeeded: black - (product >> 8)) }
        let rounded = product + 128
        return UInt8(clamping: black - (((rounded >> 8) + rounded) >> 8))
    }
}
