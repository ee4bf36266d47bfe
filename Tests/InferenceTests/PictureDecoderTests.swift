// Decoding of valid pictures, and refusal of all other input, on pictures of a few pixels.

import TestSupport
import Testing

@testable import Inference

@Suite struct PictureDecoderTests {
    private func decode(
        _ bytes: [UInt8], _ profile: Preprocessing.DecodeProfile = .pillow
    ) throws(PictureError) -> Raster {
        var decoder = PictureDecoder(profile: profile, limits: PictureLimits())
        return try decoder.decode(bytes)
    }

    private func sentence(_ bytes: [UInt8]) -> String {
        do throws(PictureError) {
            _ = try decode(bytes)
            return "decoded"
        } catch {
            return error.sentence
        }
    }

    @Test func `one picture of every kind has Pillow's pixels`() throws {
        let fixtures = try PictureFixtures.all()
        #expect(fixtures.count > 100)
        var decoders = [
            1: PictureDecoder(channels: .gray, limits: PictureLimits()),
            3: PictureDecoder(channels: .bgr, limits: PictureLimits()),
        ]
        for fixture in fixtures {
            let channels = fixture.numbers[0]
            let raster = try #require(try decoders[channels]?.decode(fixture.input))
            #expect(raster.pixels == fixture.result, "\(fixture.name)")
            #expect(raster.width == fixture.numbers[1] && raster.height == fixture.numbers[2])
            #expect(raster.channels == channels)
            decoders[channels]?.reclaim(raster)
        }
    }

    @Test func `a picture cut off at any byte is an error or whole`() throws {
        for fixture in try PictureFixtures.all() where fixture.numbers[0] == 3 {
            for length in stride(from: 0, to: fixture.input.count, by: 7) {
                let decoded = try? decode(Array(fixture.input.prefix(length)))
                guard let decoded else { continue }
                // The end marks of JPEG and PNG may be missing, and a PNG's last checksum.
                #expect(
                    PictureFormat.sniff(fixture.input.span) != .webp, "\(fixture.name) \(length)")
                #expect(decoded.pixels == fixture.result, "\(fixture.name) \(length)")
            }
        }
    }

    @Test(arguments: [Preprocessing.DecodeProfile.pillow, .opencv])
    func `damaged bytes never crash`(profile: Preprocessing.DecodeProfile) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        let limits = PictureLimits(pixels: 100_000)
        var (color, gray) = (
            PictureDecoder(profile: profile, limits: limits),
            PictureDecoder(profile: profile, channels: .gray, limits: limits)
        )
        var decoded = 0
        // MXNet's recordings add EXIF segments and truncated files.
        let fixtures = try PictureFixtures.all() + PictureFixtures.mxnet()
        for fixture in fixtures where fixture.kind == .decoding && fixture.numbers[0] == 3 {
            for _ in 0..<40 {
                var bytes = fixture.input
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    let place = Int.random(in: 0..<bytes.count, using: &generator)
                    bytes[place] = UInt8.random(in: 0...255, using: &generator)
                }
                if let raster = try? color.decode(bytes) { decoded += raster.pixels.count }
                if let raster = try? gray.decode(bytes) { decoded += raster.pixels.count }
            }
        }
        #expect(decoded > 0, "seed \(seed)")
    }

    @Test func `a picture cut off before its first row is an error to OpenCV's profile too`() throws
    {
        var decoder = PictureDecoder(profile: .opencv, limits: PictureLimits())
        let jpeg = try PictureFixtures.picture("jpeg-420").input
        let start = try #require(
            (0..<jpeg.count).first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xDA })
        for length in 0..<start + 14 {
            #expect(throws: PictureError.self) { try decoder.decode(Array(jpeg.prefix(length))) }
        }
        #expect(try decoder.decode(jpeg).width == 7)
    }

    @Test func `every EXIF orientation is undone by one of the eight`() {
        let picture = Raster(
            width: 70, height: 3, channels: 3, pixels: (0..<630).map { UInt8($0 % 251) })
        for orientation in ExifOrientation.allCases {
            let turned = picture.turned(orientation)
            #expect((turned.width == 3) == orientation.swapsSides)
            let inverse: ExifOrientation =
                switch orientation {
                case .turnedRight: .turnedLeft
                case .turnedLeft: .turnedRight
                default: orientation
                }
            #expect(turned.turned(inverse) == picture)
            #expect(orientation == .upright || turned != picture)
        }
    }

    @Test func `a header that lies about the size costs nothing`() throws {
        let png = try PictureFixtures.picture("png-rgb8").input
        let jpeg = try PictureFixtures.picture("jpeg-420").input
        let webp = try PictureFixtures.picture("webp-lossy").input
        let frame = try #require(
            (0..<jpeg.count).first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
        let lies: [([UInt8], Int, Int)] = [
            (pngSized(png, 60_000, 60_000), 60_000, 60_000),
            (pngSized(png, 0x7FFF_FFFF, 0x7FFF_FFFF), 0x7FFF_FFFF, 0x7FFF_FFFF),
            (pngSized(png, 64_000_001, 1), 64_000_001, 1),
            (replaced(jpeg, at: frame + 5, [0xFD, 0xE8, 0xFD, 0xE8]), 65_000, 65_000),
            (replaced(webp, at: 26, [0xFF, 0x3F, 0xFF, 0x3F]), 16_383, 16_383),
        ]
        for (bytes, width, height) in lies {
            for profile in [Preprocessing.DecodeProfile.pillow, .opencv] {
                #expect(
                    throws: PictureError.tooLarge(width: width, height: height, limit: 64_000_000)
                ) { try decode(bytes, profile) }
            }
        }
        let beyond = replaced(jpeg, at: frame + 5, [0xFF, 0xFF, 0xFF, 0xFF])
        #expect(sentence(beyond) != "decoded")
        #expect(sentence(pngSized(png, 0, 5)) != "decoded")
        #expect(sentence(pngSized(png, 0x8000_0000, 1)) != "decoded")
    }

    private func replaced(_ bytes: [UInt8], at place: Int, _ new: [UInt8]) -> [UInt8] {
        bytes.prefix(place) + new + bytes.dropFirst(place + new.count)
    }

    private func pngSized(_ png: [UInt8], _ width: UInt32, _ height: UInt32) -> [UInt8] {
        func big(_ value: UInt32) -> [UInt8] {
            [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
        }
        let lying = replaced(png, at: 16, big(width) + big(height))
        let crc = lying[12..<29].reduce(UInt32.max) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in
                value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
            }
        }
        return replaced(lying, at: 29, big(~crc))
    }

    @Test func `a JPEG of more than a thousand scans is refused`() throws {
        let jpeg = try PictureFixtures.picture("jpeg-gray-progressive").input
        let marks = (0..<jpeg.count - 1).filter {
            jpeg[$0] == 0xFF && jpeg[$0 + 1] != 0 && !(0xD0...0xD7).contains(jpeg[$0 + 1])
        }
        let start = try #require(marks.first { jpeg[$0 + 1] == 0xDA })
        let end = try #require(marks.first { $0 > start })
        func repeated(_ count: Int) -> [UInt8] {
            jpeg[..<start] + (0..<count).flatMap { _ in jpeg[start..<end] } + jpeg[end...]
        }
        #expect(sentence(repeated(900)) == "decoded")
        #expect(sentence(repeated(1001)) == "the JPEG picture has more than 1000 scans")
        for profile in [Preprocessing.DecodeProfile.pillow, .opencv] {
            var strict = PictureDecoder(
                profile: profile, limits: PictureLimits(jpegScanPixels: 7 * 5 * 20))
            #expect(throws: PictureError.undecodable("the JPEG picture has more than 20 scans")) {
                try strict.decode(repeated(30))
            }
        }
    }

    @Test func `a wrong checksum of the pixels is an error`() throws {
        var png = try PictureFixtures.picture("png-rgb8").input
        png[png.count - 17] ^= 1
        #expect(sentence(png) != "decoded")
    }

    @Test(arguments: [
        ("", "the picture is empty"),
        ("\u{1}\u{2}\u{3}", "the bytes are not a picture in a known format"),
        ("hello, I am a text", "this is plain text: send the picture's bytes"),
        ("\n <!DOCTYPE html><html>", "this is an HTML page"),
        ("<?xml version=\"1.0\"?><svg xmlns=\"…\"/>", "this is SVG"),
        ("{\"uri\": 1}", "this is JSON"),
        ("%PDF-1.7", "this is PDF"),
        ("PK\u{3}\u{4}", "this is a ZIP archive"),
        ("8BPS\0\u{1}", "this is a Photoshop document"),
        ("P6 1 1 255 abc", "this is a Netpbm picture"),
        ("\0\0\0\u{18}ftypheic\0\0\0\0mif1heic", "this is HEIC: convert it to JPEG"),
        ("\0\0\0\u{18}ftypmif1\0\0\0\0mif1heic", "this is HEIC: convert it to JPEG"),
        ("\0\0\0\u{14}ftypisom\0\0\0\0mp42", "this is a movie"),
        ("\0\0\0\u{C}jP  \r\n", "this is JPEG 2000"),
        ("\0\0\0\u{C}JXL \r\n", "this is JPEG XL"),
        ("\0\0\u{1}\0\u{1}\0", "this is a Windows icon"),
        ("II*\0\u{10}\0\0\0CR\u{2}\0", "this is a camera's raw photo"),
        ("GIF89a..........", "the GIF picture cannot be decoded"),
        ("BM..............", "the BMP picture cannot be decoded"),
        ("II*\0............", "the TIFF picture cannot be decoded"),
        ("MM\0*............", "the TIFF picture cannot be decoded"),
    ])
    func `bytes that are no supported picture are named`(bytes: String, words: String) {
        #expect(sentence(Array(bytes.utf8)).contains(words))
    }

    @Test func `Apple's variant of PNG is named`() throws {
        let png = try PictureFixtures.picture("png-rgb8").input
        let apple: [UInt8] = [0, 0, 0, 4] + Array("CgBI".utf8) + [0x50, 0, 0x20, 2, 0, 0, 0, 0]
        let words = sentence(Array(png.prefix(8)) + apple + png.dropFirst(8))
        #expect(words.hasPrefix("this is Apple's own variant of PNG (CgBI), no PNG"))
    }

    @Test func `OpenCV's profile says which formats it has`() {
        #expect(throws: PictureError.self) { try decode(Array("GIF89a..........".utf8), .opencv) }
    }

    @Test func `no byte after a signature is an error`() {
        let signatures: [[UInt8]] = [
            [0xFF, 0xD8, 0xFF], [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A],
            Array("RIFF\0\0\0\0WEBP".utf8),
        ]
        for signature in signatures { #expect(sentence(signature) != "decoded") }
    }
}
