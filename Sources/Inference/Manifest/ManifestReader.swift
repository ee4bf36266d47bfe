// Takes settings out of a JSON tree, one at a time, and collects what is wrong with them.
//
// Every problem is one line that names the key by its full path, the value found and the value
// expected, so that a person can correct a file in one go. It knows JSON but no setting.

internal import Basics

/// Reads typed values and keeps a list of problems instead of stopping at the first.
struct ManifestReader {
    /// One line each, in the order in which they were found.
    private(set) var problems: [String] = []

    /// One object of the document and the path that leads to it.
    struct Object {
        let path: String
        let values: [String: JSONValue]

        /// The same without its nulls, for files in which they count as absent.
        var withoutNulls: Object { Object(path: path, values: values.filter { $0.value != .null }) }

        /// The full path of a key.
        func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
    }

    /// Notes the value that was expected at a key instead of the one found.
    mutating func reject(_ key: String, in object: Object, expected: String) {
        let found = object.values[key]?.summary ?? "nothing"
        problems.append("\"\(object.path(of: key))\" is \(found); expected \(expected)")
    }

    /// Notes a problem with a key in the caller's words.
    mutating func note(_ key: String, in object: Object, _ problem: String) {
        problems.append("\"\(object.path(of: key))\" \(problem)")
    }

    /// The top-level object of the document; every key must be among `keys`, if given.
    mutating func root(_ value: JSONValue, keys: [String]? = nil) -> Object {
        guard case .object(let values) = value else {
            problems.append("the document is \(value.summary); expected an object")
            return Object(path: "", values: [:])
        }
        let object = Object(path: "", values: values)
        if let keys { checkKeys(of: object, known: keys) }
        return object
    }

    /// A nested object; empty if there is none; every key must be among `keys`, if given.
    mutating func object(_ key: String, in parent: Object, keys: [String]? = nil) -> Object {
        guard case .object(let values)? = parent.values[key] else {
            if parent.values[key] != nil { reject(key, in: parent, expected: "an object") }
            return Object(path: parent.path(of: key), values: [:])
        }
        let object = Object(path: parent.path(of: key), values: values)
        if let keys { checkKeys(of: object, known: keys) }
        return object
    }

    /// A string that is not empty.
    mutating func text(_ key: String, in object: Object) -> String? {
        guard let value = object.values[key] else { return nil }
        guard case .string(let text) = value, !text.isEmpty else {
            reject(key, in: object, expected: "a string")
            return nil
        }
        return text
    }

    /// `true` or `false`.
    mutating func flag(_ key: String, in object: Object) -> Bool? {
        guard let value = object.values[key] else { return nil }
        guard case .bool(let flag) = value else {
            reject(key, in: object, expected: "true or false")
            return nil
        }
        return flag
    }

    /// A number above 0 that float32 can hold.
    mutating func positive(_ key: String, in object: Object, expected: String) -> Double? {
        guard let value = object.values[key] else { return nil }
        guard case .number(let number) = value, number > 0, Float(number).isFinite,
            Float(number) > 0
        else {
            reject(key, in: object, expected: expected)
            return nil
        }
        return number
    }

    /// One of the spellings of an enumeration.
    mutating func choice<Value: RawRepresentable<String>>(
        _ key: String, in object: Object, of values: [Value]
    ) -> Value? {
        guard let value = object.values[key] else { return nil }
        guard case .string(let text) = value,
            let match = values.first(where: { $0.rawValue == text })
        else {
            let spellings = values.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
            reject(key, in: object, expected: "one of \(spellings)")
            return nil
        }
        return match
    }

    /// A whole number within a range.
    mutating func integer(_ key: String, in object: Object, _ range: ClosedRange<Int>) -> Int? {
        guard let value = object.values[key] else { return nil }
        guard let number = value.integer(range) else {
            let bounds = "\(range.lowerBound)…\(range.upperBound)"
            reject(key, in: object, expected: "a whole number \(bounds)")
            return nil
        }
        return number
    }

    /// Numbers that float32 can hold and that meet a condition, which `expected` words.
    mutating func floats(
        _ key: String, in object: Object, expected: String, where valid: (Float) -> Bool
    ) -> [Float]? {
        numbers(key, in: object, expected: expected, where: valid)?.map { Float($0) }
    }

    /// The same, in double precision.
    mutating func numbers(
        _ key: String, in object: Object, expected: String,
        where valid: (Float) -> Bool = { _ in true }
    ) -> [Double]? {
        guard let value = object.values[key] else { return nil }
        guard case .array(let items) = value, !items.isEmpty else {
            reject(key, in: object, expected: expected)
            return nil
        }
        var numbers: [Double] = []
        for item in items {
            guard case .number(let number) = item, Float(number).isFinite, valid(Float(number))
            else {
                reject(key, in: object, expected: expected)
                return nil
            }
            numbers.append(number)
        }
        return numbers
    }

    /// A single number for a square, or a pair of height and width.
    mutating func size(
        _ value: JSONValue, _ key: String, in object: Object
    ) -> Preprocessing.Size? {
        let range = 1...Manifest.sideLimit
        if let side = value.integer(range) { return .init(height: side, width: side) }
        if case .array(let sides) = value, sides.count == 2,
            let height = sides[0].integer(range), let width = sides[1].integer(range)
        {
            return .init(height: height, width: width)
        }
        reject(
            key, in: object,
            expected: "a whole number or [height, width], each 1…\(Manifest.sideLimit)")
        return nil
    }

    /// Notes every unknown key, and the nearest known one.
    private mutating func checkKeys(of object: Object, known: [String]) {
        for key in object.values.keys.sorted() where !known.contains(key) {
            let nearest = nearestName(to: key, among: known) ?? ""
            problems.append(
                "unknown key \"\(object.path(of: key))\"; the nearest known one is "
                    + "\"\(object.path(of: nearest))\"")
        }
    }
}

extension JSONValue {
    /// The value as one of the supported numbers of channels.
    var channelCount: Int? { integer(1...3).flatMap { $0 == 2 ? nil : $0 } }
}
