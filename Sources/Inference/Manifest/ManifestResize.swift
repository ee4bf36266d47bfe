// `preprocess.resize` in `amphora.json`: to which size, by which library, with which filter.

internal import Basics

extension Manifest {
    /// The keys of `preprocess.resize`; absent ones keep their defaults.
    struct Resize: Sendable, Equatable {
        var target: Preprocessing.ResizeTarget?
        var library: Preprocessing.ResizeLibrary?
        var filter: Preprocessing.Filter?
        var antialias: Bool?
        /// Around a picture within a frame: one value, or those of red, green and blue.
        var padding: [Float]?
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
            "resize", in: steps,
            keys: ["to", "size", "pad", "rounding", "library", "filter", "antialias"])
        var resize = Manifest.Resize()
        resize.library = choice("library", in: object, of: Preprocessing.ResizeLibrary.allCases)
        resize.filter = filter(in: object)
        resize.antialias = antialias(in: object)
        resize.target = target(in: object)
        if case .letterbox? = resize.target {
            resize.padding = color(in: self.object("pad", in: object))
        }
        return .on(resize)
    }

    /// What `size` means.
    private enum Goal: String, CaseIterable { case shorter, exact, within }

    /// `to` tells how `size` is meant; without it, a pair is exact and a number is the shorter
    /// side.
    private mutating func target(in object: Object) -> Preprocessing.ResizeTarget? {
        let before = problems.count
        let goal = choice("to", in: object, of: Goal.allCases)
        guard problems.count == before else { return nil }
        if goal != .within {
            for key in ["pad", "rounding"] where object.values[key] != nil {
                note(key, in: object, "has an effect only beside \"to\": \"within\"")
            }
        }
        guard let value = object.values["size"] else {
            if goal != nil { reject("size", in: object, expected: "a size beside \"to\"") }
            return nil
        }
        switch (goal, value.integer(1...Manifest.sideLimit)) {
        case (.shorter, let side?), (nil, let side?): return .shorter(side)
        case (.shorter, nil):
            reject("size", in: object, expected: "a whole number 1…\(Manifest.sideLimit)")
            return nil
        case (.exact, _), (nil, _):
            return size(value, "size", in: object)
                .map { .exact(height: $0.height, width: $0.width) }
        case (.within, _):
            return size(value, "size", in: object).map { .letterbox(letterbox($0, in: object)) }
        }
    }

    private mutating func letterbox(
        _ size: Preprocessing.Size, in object: Object
    ) -> Preprocessing.Letterbox {
        let pad = self.object("pad", in: object, keys: ["color", "place"])
        return Preprocessing.Letterbox(
            size: size,
            place: choice("place", in: pad, of: Preprocessing.Letterbox.Place.allCases) ?? .center,
            rounding: choice(
                "rounding", in: object, of: Preprocessing.Letterbox.Rounding.allCases) ?? .round)
    }

    /// One number, or a list of one or three.
    private mutating func color(in pad: Object) -> [Float]? {
        guard let value = pad.values["color"] else { return nil }
        var items = [value]
        if case .array(let list) = value { items = list }
        var levels: [Float] = []
        for case .number(let level) in items where (0...255).contains(level) {
            levels.append(Float(level))
        }
        guard levels.count == items.count, levels.count == 1 || levels.count == 3 else {
            reject(
                "color", in: pad, expected: "one number or three, [red, green, blue], each 0…255")
            return nil
        }
        return levels
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
