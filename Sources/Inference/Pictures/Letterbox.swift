// A picture inside a frame of fixed size: it keeps its proportions, and the rest is padded.
//
// People compute the sides and the position in many ways, which differ by a pixel. What each
// library gets is the arithmetic of code that uses it: Ultralytics' `LetterBox` for OpenCV's and
// torchvision's resize, `tf.image.resize_with_pad` for TensorFlow's, and for Pillow's the quotient
// of whole numbers. docs/preprocessing.md#within has the table.

extension Preprocessing {
    /// A frame of exactly this size, and how a picture is fitted into it.
    package struct Letterbox: Sendable, Equatable {
        /// Where the picture stands in the frame, on the axis that it does not fill.
        package enum Place: String, Sendable, CaseIterable { case center, start, end }

        /// How the side that does not fill the frame becomes a whole number.
        package enum Rounding: String, Sendable, CaseIterable { case round, floor, ceil }

        /// Of the frame.
        package var size: Size
        /// Where the picture stands.
        package var place: Place
        /// The rounding of its sides.
        package var rounding: Rounding

        /// Creates a frame.
        package init(size: Size, place: Place = .center, rounding: Rounding = .round) {
            self.size = size
            self.place = place
            self.rounding = rounding
        }
    }
}

extension Preprocessing.Letterbox {
    /// A picture in the frame.
    struct Placement: Equatable {
        /// The picture's own size after the resize.
        let size: Preprocessing.Size
        /// Padded columns before it.
        let left: Int
        /// Padded rows above it.
        let top: Int
    }

    /// Fits a picture into the frame. No side falls below one pixel.
    func placement(
        of picture: Preprocessing.Size, by library: Preprocessing.ResizeLibrary
    ) -> Placement {
        let (height, width) = sides(picture, library)
        return Placement(
            size: Preprocessing.Size(
                height: min(max(1, Int(height.rounded)), size.height),
                width: min(max(1, Int(width.rounded)), size.width)),
            left: before(width, of: size.width, library),
            top: before(height, of: size.height, library))
    }

    /// The length of a side before and after rounding.
    private struct Side {
        let exact: Double
        let rounded: Double
    }

    private func sides(
        _ picture: Preprocessing.Size, _ library: Preprocessing.ResizeLibrary
    ) -> (height: Side, width: Side) {
        let fillsWidth = size.width * picture.height <= size.height * picture.width
        let (full, fitted) =
            fillsWidth ? (size.width, picture.width) : (size.height, picture.height)
        let ratio = min(
            Double(size.height) / Double(picture.height), Double(size.width) / Double(picture.width)
        )
        let shrinking = max(
            Float(picture.width) / Float(size.width), Float(picture.height) / Float(size.height))

        func side(_ length: Int, fills: Bool) -> Side {
            let exact: Double
            switch (library, rounding) {
            case (.tensorflow, _): exact = Double(Float(length) / shrinking)
            case (_, .ceil): exact = Double(full) * (Double(length) / Double(fitted))
            case (.pillow, .round): exact = Double(length * full) / Double(fitted)
            default: exact = Double(length) * ratio
            }
            // The side that fills the frame must not be rounded up beyond it.
            return Side(
                exact: exact, rounded: fills && rounding == .ceil ? Double(full) : round(exact))
        }
        return (side(picture.height, fills: !fillsWidth), side(picture.width, fills: fillsWidth))
    }

    private func round(_ length: Double) -> Double {
        switch rounding {
        case .round: length.rounded(.toNearestOrEven)
        case .floor: length.rounded(.down)
        case .ceil: length.rounded(.up)
        }
    }

    /// The padding before a picture. In the centre, the smaller half of an odd rest is before it;
    /// `resize_with_pad` halves what is left before rounding.
    private func before(
        _ side: Side, of length: Int, _ library: Preprocessing.ResizeLibrary
    ) -> Int {
        let rest = length - min(max(1, Int(side.rounded)), length)
        switch place {
        case .start: return 0
        case .end: return rest
        case .center where library == .tensorflow && rounding == .floor:
            return min(rest, max(0, Int((Float(length) - Float(side.exact)) / 2)))
        case .center: return rest / 2
        }
    }
}

extension Preprocessing.ResizeTarget {
    /// The size that every picture has after the resize; `nil` if it depends on the picture.
    package var finalSize: Preprocessing.Size? {
        switch self {
        case .exact(let height, let width): Preprocessing.Size(height: height, width: width)
        case .letterbox(let frame): frame.size
        case .shorter, .covering, .within: nil
        }
    }

    /// Whether the picture stands in a frame.
    package var isFrame: Bool {
        if case .letterbox = self { return true }
        return false
    }
}
