// Reads the files of `tools/case_file.py`: pixels that the libraries themselves produced.

import Glibc

@testable import Inference

/// One operation of Pillow, OpenCV or MXNet; the script explains the numbers.
struct RecordedCase {
    enum Kind: UInt32 {
        case decoding = 1
        case resizing, preprocessing, floatResizing, pipeline, orientation
    }

    let kind: Kind
    let name: String
    let numbers: [Int]
    let input: [UInt8]
    let result: [UInt8]

    /// All cases of a file.
    static func read(_ path: String) throws -> [RecordedCase] {
        var reader = ByteReader(bytes: try contents(of: path))
        var cases: [RecordedCase] = []
        while !reader.atEnd { cases.append(try reader.recordedCase()) }
        return cases
    }
}

extension RecordedCase {
    /// The picture that was resized or preprocessed.
    var raster: Raster {
        Raster(width: numbers[1], height: numbers[2], channels: numbers[0], pixels: input)
    }

    /// How our decoding differs from OpenCV's, or `nil`.
    func differenceFromOpenCV() -> String? {
        let (width, height) = (numbers[1], numbers[2])
        var decoder = PictureDecoder(
            profile: .opencv, channels: numbers[0] == 1 ? .gray : .rgb, limits: PictureLimits())
        do throws(PictureError) {
            let raster = try decoder.decode(input)
            guard width > 0 else { return "\(name): decoded, though OpenCV refuses it" }
            guard raster.width == width && raster.height == height else {
                return "\(name): \(raster.width)×\(raster.height), not \(width)×\(height)"
            }
            let count = differing(raster.pixels, result)
            return count == 0 ? nil : "\(name): \(count) bytes differ"
        } catch {
            return width == 0 ? nil : "\(name): \(error.sentence)"
        }
    }

    /// The preprocessing of a case of the kind `preprocessing`.
    func plan(library: Preprocessing.ResizeLibrary) -> Preprocessing {
        let n = numbers
        let target: Preprocessing.ResizeTarget? =
            [nil, .shorter(n[4]), .exact(height: n[4], width: n[5])][n[3]]
        let filter =
            library == .pillow ? Preprocessing.ResizeLibrary.pillow.filters[n[8]] : .bilinear
        return Preprocessing(
            decode: library == .pillow ? .pillow : .opencv,
            resize: target.map {
                Preprocessing.Resize(target: $0, library: library, filter: filter)
            },
            crop: n[6] == 0 ? nil : Preprocessing.Size(height: n[6], width: n[7]),
            mean: Array([0.485, 0.456, 0.406].prefix(n[0])),
            std: Array([0.229, 0.224, 0.225].prefix(n[0])),
            channels: n[0] == 1 ? .gray : .rgb, layout: n[9] == 1 ? .nhwc : .nchw)
    }

    /// How many bytes of the tensor differ from what was recorded.
    func differingTensorBytes(library: Preprocessing.ResizeLibrary) throws(PictureError) -> Int {
        try differingTensorBytes(plan(library: library))
    }

    /// The same for a plan that the case does not tell.
    func differingTensorBytes(_ plan: Preprocessing) throws(PictureError) -> Int {
        var preprocessor = Preprocessor(plan, limits: PictureLimits())
        var tensor = [Float](repeating: .nan, count: result.count / 4)
        var span = tensor.mutableSpan
        try preprocessor.write(raster, into: &span)
        let bits = tensor.flatMap { value in
            (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> ($0 * 8)) }
        }
        return differing(bits, result)
    }

    /// The expected pixels of a window of a resized picture.
    func recorded(_ window: PixelWindow) -> [UInt8] {
        let (channels, width) = (numbers[0], numbers[3])
        return window.y.flatMap { y in
            let row = y * width
            return result[
                (row + window.x.lowerBound) * channels..<(row + window.x.upperBound) * channels]
        }
    }

    /// A resized picture as a whole, and a part of it.
    func windows(using generator: inout some RandomNumberGenerator) -> [PixelWindow] {
        let (width, height) = (numbers[3], numbers[4])
        let left = Int.random(in: 0..<width, using: &generator)
        let top = Int.random(in: 0..<height, using: &generator)
        return [
            PixelWindow(x: 0..<width, y: 0..<height),
            PixelWindow(
                x: left..<Int.random(in: left + 1...width, using: &generator),
                y: top..<Int.random(in: top + 1...height, using: &generator)),
        ]
    }
}

/// The number of bytes that differ. `#expect` on the arrays would print millions of them.
func differing(_ one: [UInt8], _ other: [UInt8]) -> Int {
    guard one.count == other.count else { return max(one.count, other.count) }
    return one == other ? 0 : zip(one, other).count { $0 != $1 }
}

/// A file with unexpected content.
struct UnreadableFile: Error {
    let path: String
}

/// All bytes of a file.
func contents(of path: String) throws -> [UInt8] {
    let file = unsafe open(path, O_RDONLY)
    guard file >= 0 else { throw UnreadableFile(path: path) }
    defer { close(file) }
    let size = Int(lseek(file, 0, SEEK_END))
    lseek(file, 0, SEEK_SET)
    var bytes = [UInt8](repeating: 0, count: size)
    var count = 0
    while count < size {
        let got = unsafe bytes.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return 0 }
            return unsafe Glibc.read(file, base + count, size - count)
        }
        guard got > 0 else { throw UnreadableFile(path: path) }
        count += got
    }
    return bytes
}

/// The value of an environment variable.
func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
}

private struct ByteReader {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var atEnd: Bool { position == bytes.count }

    mutating func number() throws -> UInt32 {
        try data(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    mutating func data(_ count: Int) throws -> [UInt8] {
        guard position + count <= bytes.count else { throw UnreadableFile(path: "cases") }
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    mutating func recordedCase() throws -> RecordedCase {
        guard let kind = RecordedCase.Kind(rawValue: try number()) else {
            throw UnreadableFile(path: "cases")
        }
        let name = String(decoding: try data(Int(try number())), as: UTF8.self)
        let numbers = try (0..<10).map { _ in Int(try number()) }
        let input = try data(Int(try number()))
        let result = try data(Int(try number()))
        return RecordedCase(kind: kind, name: name, numbers: numbers, input: input, result: result)
    }
}
