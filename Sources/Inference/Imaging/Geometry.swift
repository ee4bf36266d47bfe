// Where a resized picture's sides and a crop's edges fall, in the arithmetic of each library:
// truncation here, Python's rounding to even there. One pixel beside it is skew.

/// The geometry of resize and crop.
enum Geometry {
    /// The size after the resize step.
    static func resized(
        _ picture: Preprocessing.Size, to target: Preprocessing.ResizeTarget?
    ) -> Preprocessing.Size {
        switch target {
        case nil: return picture
        case .exact(let height, let width):
            return Preprocessing.Size(height: height, width: width)
        case .shorter(let side):
            let short = min(picture.height, picture.width)
            let long = max(picture.height, picture.width)
            let newLong = Int(Double(side * long) / Double(short))
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
        }
    }

    /// timm's `ResizeKeepRatio`; where it would end at no pixel, and fail, one is left.
    private static func proportional(
        _ picture: Preprocessing.Size, by ratio: Double
    ) -> Preprocessing.Size {
        func side(_ length: Int) -> Int {
            max(1, Int((Double(length) / ratio).rounded(.toNearestOrEven)))
        }
        return Preprocessing.Size(height: side(picture.height), width: side(picture.width))
    }

    /// A crop: what is kept of the picture, and where it lies in the output.
    struct Crop: Equatable {
        /// In the resized picture.
        let window: PixelWindow
        /// Padded rows above, where the picture is smaller than the crop.
        let top: Int
        /// Padded columns to the left, likewise.
        let left: Int
        /// The whole output, padding included.
        let size: Preprocessing.Size
    }

    /// The centre of a picture; padding where it is too small.
    static func centered(
        _ size: Preprocessing.Size, in picture: Preprocessing.Size,
        arithmetic: Preprocessing.Arithmetic = .torchvision
    ) -> Crop {
        let x = axis(picture.width, size.width, arithmetic)
        let y = axis(picture.height, size.height, arithmetic)
        return Crop(
            window: PixelWindow(x: x.kept, y: y.kept), top: y.before, left: x.before, size: size)
    }

    private static func axis(
        _ length: Int, _ wanted: Int, _ arithmetic: Preprocessing.Arithmetic
    ) -> (kept: Range<Int>, before: Int) {
        if wanted > length {
            let missing = wanted - length
            return (0..<length, arithmetic == .transformers ? (missing + 1) / 2 : missing / 2)
        }
        let spare = length - wanted
        let start =
            arithmetic == .transformers
            ? spare / 2 : Int((Double(spare) / 2).rounded(.toNearestOrEven))
        return (start..<start + wanted, 0)
    }
}
