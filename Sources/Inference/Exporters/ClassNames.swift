// Class names in exporters' files: Hugging Face's `id2label`, timm's `label_names`.
//
// Both may be objects from a number to a name, and timm's may have gaps; a list counts from 0.

internal import Basics

extension ManifestReader {
    /// More classes than any classifier has: a larger number is a mistake.
    private static let classLimit = 1_000_000

    /// The names of the classes under a key; `nil` if there are none or they are wrong.
    mutating func classNames(_ key: String, in object: Object) -> Labels? {
        switch object.values[key] {
        case nil: return nil
        case .array(let items)? where !items.isEmpty:
            var names: [String] = []
            for item in items {
                guard let name = Self.className(item) else {
                    note(key, in: object, "holds \(item.summary); expected strings only")
                    return nil
                }
                names.append(name)
            }
            return Labels(names: names)
        case .object(let members)? where !members.isEmpty:
            return classNames(of: members, key, in: object)
        default:
            reject(key, in: object, expected: "an object from class numbers to names, or a list")
            return nil
        }
    }

    private mutating func classNames(
        of members: [String: JSONValue], _ key: String, in object: Object
    ) -> Labels? {
        var names: [Int: String] = [:]
        for (number, value) in members.sorted(by: { $0.key < $1.key }) {
            guard let index = Int(number), (0..<Self.classLimit).contains(index) else {
                note(
                    key, in: object,
                    "has the key \(JSONValue.string(number).summary); expected class numbers from 0"
                )
                return nil
            }
            guard let name = Self.className(value) else {
                note(key, in: object, "calls class \(index) \(value.summary); expected a string")
                return nil
            }
            guard names.updateValue(name, forKey: index) == nil else {
                note(key, in: object, "names class \(index) twice")
                return nil
            }
        }
        return Labels(byIndex: names)
    }

    /// Models of digits often have numbers for names.
    private static func className(_ value: JSONValue) -> String? {
        switch value {
        case .string(let name): name
        case .number(let number): Int(exactly: number).map(String.init)
        default: nil
        }
    }
}
