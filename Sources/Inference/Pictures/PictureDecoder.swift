// From encoded bytes to a picture, in any format: detects it, reads the header, checks the size,
// decodes, and converts the colours.
//
// One per worker. `reclaim` hands back the memory of a used picture, so that a busy worker decodes
// into the same pages again and again. Refuses a picture by its header, before anything that
// depends on its size is allocated.

/// Decodes pictures of every format that is supported; one worker at a time.
package struct PictureDecoder {
    private let mode: DecodeMode
    private let orientation: Preprocessing.Orientation
    private let limits: PictureLimits
    /// Whether a picture has come that its file declares to be turned, and was left as it is stored.
    private(set) var hasLeftTurned = false
    /// Memory of an earlier picture, kept for the next.
    private var spare: [UInt8] = []

    /// Larger buffers than this many bytes are not kept between pictures.
    private static let spareBytes = 32 << 20

    /// Creates a decoder that yields gray for `.gray` and RGB for the other two. Without an
    /// orientation, the profile's own: MXNet's OpenCV turns, Pillow's `convert` does not.
    package init(
        profile: Preprocessing.DecodeProfile = .pillow,
        channels: Preprocessing.Channels = .rgb,
        orientation: Preprocessing.Orientation? = nil,
        limits: PictureLimits
    ) {
        self.orientation = orientation ?? (profile == .opencv ? .exifUnlessJFIF : .stored)
        mode = DecodeMode(profile: profile, channels: channels.count)
        self.limits = limits
    }

    /// Decodes a picture to the channels this decoder was made for.
    package mutating func decode(_ bytes: [UInt8]) throws(PictureError) -> Raster {
        let format = PictureFormat.sniff(bytes.span)
        let raster: Raster
        switch format {
        case .jpeg: raster = try decode(bytes.span, with: JPEGDecoder.self)
        case .png where mode.profile == .opencv:
            raster = try decode(bytes.span, with: LibPNGDecoder.self)
        case .png: raster = try decode(bytes.span, with: PNGDecoder.self)
        case .webp: raster = try decode(bytes.span, with: WebPDecoder.self)
        case .unknown where bytes.isEmpty:
            throw .undecodable("the picture is empty; \(PictureFormat.supported) are supported")
        case .unknown:
            throw .undecodable(
                "the bytes are not a picture in a known format; \(PictureFormat.supported) are")
        case .foreign(let foreign): throw .undecodable(foreign.refusal)
        case .gif, .bmp, .tiff, .avif:
            guard mode.profile == .pillow else {
                throw .undecodable(
                    "\(format.name) pictures are not decoded by the profile \"opencv\", which this "
                        + "model has; JPEG, PNG and WebP are")
            }
            raster = try decodeLikePillow(bytes.span, format)
        }
        return turned(raster, by: declaration(in: bytes.span, format))
    }

    private mutating func decodeLikePillow(
        _ bytes: borrowing Span<UInt8>, _ format: PictureFormat
    ) throws(PictureError) -> Raster {
        switch format {
        case .gif: return try decode(bytes, with: GIFDecoder.self)
        case .bmp: return try decode(bytes, with: BMPDecoder.self)
        case .avif: return try decode(bytes, with: AVIFDecoder.self)
        default:
            // Pillow turns every TIFF.
            let raster = try decode(bytes, with: TIFFDecoder.self)
            return turned(raster, by: TIFFDecoder.orientation(of: bytes))
        }
    }

    /// Takes back the memory of a picture that is no longer needed.
    package mutating func reclaim(_ raster: consuming Raster) {
        guard raster.pixels.capacity <= Self.spareBytes else { return }
        spare = raster.pixels
    }

    private mutating func decode<Codec: PictureCodec>(
        _ bytes: borrowing Span<UInt8>, with codec: Codec.Type
    ) throws(PictureError) -> Raster {
        // A header alone, in 60 bytes, must be reported as too large, not as incomplete.
        if let size = codec.announcedSize(in: bytes) {
            _ = try pixelCount(size.width, size.height)
        }
        let header = try codec.header(of: bytes, mode)
        let pixels = try pixelCount(header.width, header.height)

        var buffer: [UInt8] = []
        swap(&buffer, &spare)
        buffer.removeAll(keepingCapacity: true)
        let conversion = PixelConversion(from: header.form, mode, pixels: pixels)
        let (limits, mode) = (self.limits, self.mode)
        try buffer.append(addingCapacity: conversion.capacity) { span throws(PictureError) in
            try unsafe span.withUnsafeMutableBufferPointer { memory, count throws(PictureError) in
                let stored = unsafe UnsafeMutableBufferPointer(
                    rebasing: memory[conversion.storedRange])
                try unsafe codec.decode(bytes, header, mode, limits: limits, into: stored)
                unsafe conversion.convert(memory)
                count = conversion.convertedCount
            }
        }
        return Raster(
            width: header.width, height: header.height, channels: mode.channels, pixels: buffer)
    }

    /// How to turn a picture. For pictures that stay as they are stored, it is looked up only until
    /// one of them is declared to be turned.
    private mutating func declaration(
        in bytes: borrowing Span<UInt8>, _ format: PictureFormat
    ) -> ExifOrientation {
        switch orientation {
        case .exif: return .declared(by: bytes, format)
        case .exifUnlessJFIF: return format == .jpeg ? .applied(to: bytes) : .upright
        case .stored:
            if !hasLeftTurned {
                hasLeftTurned = ExifOrientation.declared(by: bytes, format) != .upright
            }
            return .upright
        }
    }

    private mutating func turned(_ raster: Raster, by orientation: ExifOrientation) -> Raster {
        guard orientation != .upright else { return raster }
        let turned = raster.turned(orientation)
        reclaim(raster)
        return turned
    }

    /// Throws if it exceeds the limit.
    private func pixelCount(_ width: Int, _ height: Int) throws(PictureError) -> Int {
        let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
        guard !overflow && pixels <= limits.pixels else {
            throw .tooLarge(width: width, height: height, limit: limits.pixels)
        }
        return pixels
    }
}
