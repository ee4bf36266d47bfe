// Which filters are reproduced for which library.
//
// The one table of it: settings are checked against it at start, and `Preprocessor` again before it
// runs. A filter that a library has and that is not here is refused, never approximated.

extension Preprocessing.ResizeLibrary {
    /// Its name as people write it.
    package var title: String {
        switch self {
        case .pillow: "Pillow"
        case .opencv: "OpenCV"
        case .torchvision: "torchvision"
        case .tensorflow: "TensorFlow"
        }
    }

    /// The filters that are reproduced bit for bit.
    package var filters: [Preprocessing.Filter] {
        switch self {
        case .pillow: [.nearest, .box, .bilinear, .hamming, .bicubic, .lanczos]
        case .opencv: [.nearest, .nearestExact, .bilinear, .bicubic, .area, .lanczos4]
        case .torchvision: [.nearest, .nearestExact, .bilinear, .bicubic, .lanczos]
        case .tensorflow: [.nearest, .bilinear, .bicubic, .area, .lanczos]
        }
    }

    /// Whether a library takes every source pixel into account where it shrinks a picture.
    enum Antialiasing {
        case always, never
        /// Its caller decides; it has this default.
        case optional(default: Bool)

        /// What happens if nobody decides.
        var isDefault: Bool {
            switch self {
            case .always: true
            case .never: false
            case .optional(let value): value
            }
        }
    }

    /// Whether it smooths.
    var antialiasing: Antialiasing {
        switch self {
        case .pillow: .always
        case .opencv: .never
        case .torchvision: .optional(default: true)
        case .tensorflow: .optional(default: false)
        }
    }

    /// Why this choice of antialiasing is refused, as what follows the value; `nil` if it is not.
    func objection(toAntialias wanted: Bool) -> String? {
        switch (antialiasing, wanted) {
        case (.always, false): "expected true, as \(title) always does"
        case (.never, true): "expected false, as \(title) never does"
        default: nil
        }
    }

    /// Why a filter is refused, as what follows its name; `nil` if it is reproduced.
    func objection(to filter: Preprocessing.Filter) -> String? {
        guard !filters.contains(filter) else { return nil }
        let known = filters.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        return "is not supported by the library \"\(rawValue)\"; expected "
            + (known.isEmpty ? "another library" : known)
    }
}
