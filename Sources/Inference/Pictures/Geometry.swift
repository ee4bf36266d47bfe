// The sides of a resized picture and the edges of a crop, in each library's arithmetic: torchvision
// divides in floating point, truncates sides and rounds edges to even; Hugging Face rounds most
// edges down; MXNet divides integers. An error of one pixel is skew.

/// The geometry of resize and crop.
struct Geometry {
    /// The library whose arithmetic is used.
    let library: Preprocessing.ResizeLibrary
    /// For Pillow and torchvision, whose rounding is used.
    private let arithmetic: Preprocessing.Arithmetic

    /// The library that resizes; without a resize, the one that decodes.
    init(_ plan: Preprocessing) {
        arithmetic = plan.arithmetic
        switch (plan.resize?.library, plan.decode) {
        case (let library?, _): self.library = library
        case (nil, .pillow): library = .pillow
        case (nil, .opencv): library = .opencv
        }
    }

    /// The size after the resize step.
    func resized(
        _ picture: Preprocessing.Size, to target: Preprocessing.ResizeTarget?
    ) -> Preprocessing.Size {
        switch target {
        case nil: return picture
        case .exact(let height, let width):
            return Preprocessing.Size(height: height, width: width)
        case .shorter(let side) where arithmetic == .paddle:
            let share = Double(side) / Double(min(picture.height, picture.width))
            return Preprocessing.Size(
                height: Int((Double(picture.height) * share).rounded(.toNearestOrEven)),
                width: Int((Double(picture.width) * share).rounded(.toNearestOrEven)))
        case .shorter(let side):
            let short = min(picture.height, picture.width)
            let long = max(picture.height, picture.width)
            let newLong =
                switch library {
                case .pillow, .torchvision, .tensorflow: Int(Double(side * long) / Double(short))
                case .opencv: side * long / short
                }
            return picture.width <= picture.height
                ? Preprocessing.Size(height: newLong, width: side)
                : Preprocessing.Size(height: side, width: newLong)
        case .covering(let height, let width):
            return proportional(
                picture,
                by: min(
                    Double(picture.height) / Double(height), Double(picture.width) / Double(width)))
        case .within(let height, let width):
            return proportional(
                picture,
                by: max(
                    Double(picture.height) / Double(height), Double(picture.width) / Double(width)))
        case .letterbox(let frame): return frame.placement(of: picture, by: library).size
        }
    }

    /// The part of a source picture that goes into the output, and its position there. `target` and
    /// `crop` are the steps.
    func crop(
        _ picture: Preprocessing.Size, to target: Preprocessing.ResizeTarget?,
        _ crop: Preprocessing.Size?
    ) -> Crop {
        guard case .letterbox(let frame)? = target else {
            let resized = resized(picture, to: target)
            return centered(crop ?? resized, in: resized)
        }
        let placement = frame.placement(of: picture, by: library)
        return centered(crop ?? frame.size, in: frame.size).keeping(placement)
    }

    /// timm's `ResizeKeepRatio`; if it would leave no pixel, and fail, one is left.
    private func proportional(
        _ picture: Preprocessing.Size, by ratio: Double
    ) -> Preprocessing.Size {
        func side(_ length: Int) -> Int {
            max(1, Int((Double(length) / ratio).rounded(.toNearestOrEven)))
        }
        return Preprocessing.Size(height: side(picture.height), width: side(picture.width))
    }

    /// A crop: the part of the picture that is kept, and its position in the output.
    struct Crop: Equatable {
        /// In the resized picture.
        let window: PixelWindow
        /// Padded rows above, if the picture is smaller than the crop.
        let top: Int
        /// Padded columns to the left, likewise.
        let left: Int
        /// The whole output, padding included.
        let size: Preprocessing.Size

        /// Whether there is only padding.
        var isEmpty: Bool { window.x.isEmpty || window.y.isEmpty }

        /// The same crop of a frame, as a crop of the picture that stands in the frame.
        func keeping(_ placement: Preprocessing.Letterbox.Placement) -> Crop {
            let x = Self.kept(window.x, placement.left, placement.size.width)
            let y = Self.kept(window.y, placement.top, placement.size.height)
            return Crop(
                window: PixelWindow(x: x.kept, y: y.kept), top: top + y.before,
                left: left + x.before, size: size)
        }

        /// What a window of a frame has of the picture that begins at `start`, in the picture's
        /// pixels, and how much of the window lies before it.
        private static func kept(
            _ window: Range<Int>, _ start: Int, _ length: Int
        ) -> (kept: Range<Int>, before: Int) {
            let common = window.clamped(to: start..<start + length)
            if common.isEmpty { return (0..<0, 0) }
            return (
                common.lowerBound - start..<common.upperBound - start,
                common.lowerBound - window.lowerBound
            )
        }
    }

    /// A picture that has the output's size already.
    static func whole(_ size: Preprocessing.Size) -> Crop {
        Crop(
            window: PixelWindow(x: 0..<size.width, y: 0..<size.height), top: 0, left: 0,
            size: size)
    }

    /// The centre of a picture. If the picture is too small, torchvision and Hugging Face pad;
    /// MXNet keeps the largest window with the crop's proportions and later resizes it.
    func centered(
        _ size: Preprocessing.Size, in picture: Preprocessing.Size
    ) -> Crop {
        guard isMXNet else {
            let x = padded(picture.width, size.width)
            let y = padded(picture.height, size.height)
            return Crop(
                window: PixelWindow(x: x.kept, y: y.kept), top: y.before, left: x.before,
                size: size)
        }
        let kept = scaledDown(size, to: picture)
        let x = (picture.width - kept.width) / 2
        let y = (picture.height - kept.height) / 2
        let window = PixelWindow(x: x..<x + kept.width, y: y..<y + kept.height)
        return Crop(window: window, top: 0, left: 0, size: kept)
    }

    /// Whether MXNet's own steps are reproduced, and not another library's on OpenCV.
    private var isMXNet: Bool { library == .opencv && arithmetic != .paddle && arithmetic != .mmcv }

    private func padded(_ length: Int, _ wanted: Int) -> (kept: Range<Int>, before: Int) {
        if wanted > length {
            let missing = wanted - length
            return (0..<length, arithmetic == .transformers ? (missing + 1) / 2 : missing / 2)
        }
        let spare = length - wanted
        // Keras' CenterCrop rounds down, too.
        let start =
            switch arithmetic {
            case _ where library == .tensorflow: spare / 2
            case .transformers, .paddle, .transformersTensor(_, crop: .down): spare / 2
            case .torchvision, .keras, .mmcv, .transformersTensor(_, crop: .halfToEven):
                Int((Double(spare) / 2).rounded(.toNearestOrEven))
            }
        return (start..<start + wanted, 0)
    }

    /// MXNet's `scale_down`: first the height, then the width is fitted.
    private func scaledDown(
        _ size: Preprocessing.Size, to picture: Preprocessing.Size
    ) -> Preprocessing.Size {
        var (height, width) = (Double(size.height), Double(size.width))
        if picture.height < size.height {
            width = width * Double(picture.height) / height
            height = Double(picture.height)
        }
        if Double(picture.width) < width {
            height = height * Double(picture.width) / width
            width = Double(picture.width)
        }
        return Preprocessing.Size(height: max(1, Int(height)), width: max(1, Int(width)))
    }
}
