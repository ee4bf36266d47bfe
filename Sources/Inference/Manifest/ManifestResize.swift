// `preprocess.resize` in `amphora.json`: to which size, by which library, with which filter.

internal import Basics

extension Manifest {
    /// The keys of `preprocess.resize`; absent ones keep their defaults.
    struct Resize: Sendable, Equatable {
        var target: Preprocessing.ResizeTarget?
        var library: Preprocessing.ResizeLibrary?
        var filter: Preprocessing.Filter?
        var antialias: Bool?
    }
}

extension ManifestReader {
    /// The step; `null` switches it off.
    mutating func resize(in steps: Object) -> Manifest.Step<Manifest.Resize>? {
        switch steps.values["resize"] {
        case nil: return nil
        case .null?: return Manifest.Step.off
        default: break
        }
        let object = object(
            "resize", in: steps, keys: ["to", "size", "library", "filter", "antialias"])
        var resize = Manifest.Resize()
        resize.library = choice("library", in: object, of: Preprocessing.ResizeLibrary.allCases)
        resize.filter = filter(in: object)
        resize.antialias = antialias(in: object)
        resize.target = target(in: object)
        return .on(resize)
    }

    /// `to` tells how `size` is meant; without it, a pair is exact and a number is the shorter
    /// side.
    private mutating func target(in object: Object) -> Preprocessing.ResizeTarget? {
        let mode = text("to", in: object)
        if let mode, mode != "shorter", mode != "exact" {
            reject("to", in: object, expected: "one of \"shorter\", \"exact\"")
            return nil
        }
        guard object.values["size"] != nil else {
            if mode != nil { reject("size", in: object, expected: "a size beside \"to\"") }
            return nil
        }
        let single = object.values["size"]?.integer(1...Manifest.sideLimit)
        if mode != "exact", let single { return .shorter(single) }
        if mode == "shorter" {
            reject("size", in: object, expected: "a whole number 1…\(Manifest.sideLimit)")
            return nil
        }
        return size(object.values["size"] ?? .null, "size", in: object)
            .map { .exact(height: $0.height, width: $0.width) }
    }

    /// `cubic` is another name of `bicubic`.
    private mutating func filter(in object: Object) -> Preprocessing.Filter? {
        if object.values["filter"] == .string("cubic") { return .bicubic }
        return choice("filter", in: object, of: Preprocessing.Filter.allCases)
    }

    private mutating func antialias(in object: Object) -> Bool? {
        switch object.values["antialias"] {
        case nil: return nil
        case .bool(let value)?: return value
        default:
            reject("antialias", in: object, expected: "true or false")
            return nil
        }
    }
}
