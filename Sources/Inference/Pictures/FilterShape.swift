// The resampling filters as functions of the distance from the centre, as Pillow and PyTorch define
// them.
//
// Both have the same shapes, but not always the same order of operations, which changes last bits.

import Glibc

/// The continuous form of a filter, in double precision.
struct FilterShape {
    /// Half the width outside which the weight is zero.
    let support: Double
    private let filter: Preprocessing.Filter
    private let rule: ResamplingRule

    /// Chooses a filter; those that are no convolution here count as `box`.
    init(_ filter: Preprocessing.Filter, _ rule: ResamplingRule = .pillow) {
        self.filter = filter
        self.rule = rule
        support =
            switch filter {
            case .nearest, .nearestExact, .area, .lanczos4, .box: 0.5
            case .bilinear, .hamming: 1
            case .bicubic: 2
            case .lanczos: 3
            }
    }

    /// The weight, not normalised, at a distance.
    func weight(at distance: Double) -> Double {
        switch filter {
        case .nearest, .nearestExact, .area, .lanczos4, .box:
            distance > -0.5 && distance <= 0.5 ? 1 : 0
        case .bilinear: Self.triangle(abs(distance))
        case .hamming: Self.hamming(abs(distance))
        case .bicubic: cubic(abs(distance))
        case .lanczos:
            distance >= -3 && distance < 3 ? Self.sinc(distance) * Self.sinc(distance / 3) : 0
        }
    }

    private static func triangle(_ distance: Double) -> Double {
        distance < 1 ? 1 - distance : 0
    }

    private static func hamming(_ distance: Double) -> Double {
        if distance == 0 { return 1 }
        if distance >= 1 { return 0 }
        let angle = distance * Double.pi
        // Pillow has these two constants in single precision, which changes results.
        return sin(angle) / angle * (Double(Float(0.54)) + Double(Float(0.46)) * cos(angle))
    }

    private func cubic(_ distance: Double) -> Double {
        switch rule {
        case .pillow:
            let a = -0.5
            if distance < 1 { return Self.innerCubic(distance, a) }
            if distance < 2 { return (((distance - 5) * distance + 8) * distance - 4) * a }
            return 0
        case .torchvision(let antialias):
            // Without antialiasing PyTorch keeps the sharper curve that it had before.
            let a = antialias ? -0.5 : -0.75
            if distance < 1 { return Self.innerCubic(distance, a) }
            if distance < 2 {
                return ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a
            }
            return 0
        }
    }

    private static func innerCubic(_ distance: Double, _ a: Double) -> Double {
        ((a + 2) * distance - (a + 3)) * distance * distance + 1
    }

    private static func sinc(_ distance: Double) -> Double {
        if distance == 0 { return 1 }
        let angle = distance * Double.pi
        return sin(angle) / angle
    }
}
