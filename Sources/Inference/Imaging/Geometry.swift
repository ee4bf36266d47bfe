// Where a resized picture's sides and a crop's edges fall, in torchvision's arithmetic: truncation
// here, Python's rounding to even there.

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
        }
    }

    /// A crop: what is kept of the picture, and where it lies in the output.
    struct Crop: Equatable {
        /// In the resized picture.
        let window: PixelWindow
        /// Black rows above, where the picture is smaller than the crop.
        let top: Int
        /// Black columns to the left, likewise.
        let left: Int
        /// The whole output, black edges included.
        let size: Preprocessing.Size
    }

    /// The centre of a picture; black edges where it is too small.
    static func centered(
        _ size: Preprocessing.Size, in picture: Preprocessing.Size
    ) -> Crop {
        let x = axis(picture.width, size.width)
        let y = axis(picture.height, size.height)
        return Crop(
            window: PixelWindow(x: x.kept, y: y.kept), top: y.before, left: x.before, size: size)
    }

    private static func axis(_ length: Int, _ wanted: Int) -> (kept: Range<Int>, before: Int) {
        if wanted > length { return (0..<length, (wanted - length) / 2) }
        let start = Int((Double(length - wanted) / 2).rounded(.toNearestOrEven))
        return (start..<start + wanted, 0)
    }
}
