// Class names in a tree of JSON, Python or YAML: a list, or an object from numbers to names or from
// names to numbers, as Keras, TorchServe, Azure, Ultralytics and many scripts write them.
//
// What could be read in two ways is refused with a clause that says which.

internal import Basics

extension Labels {
    /// More classes than any classifier has: a larger number is a mistake.
    static let classLimit = 1_000_000

    /// Keys whose value holds the names, where a document holds more than them.
    static let documentKeys = [
        "labels", "class_names", "classes", "names", "id2label", "label_names", "index_to_name",
        "idx_to_class", "classnames", "categories", "label_list", "class_labels", "label_map",
        "class_indices", "class_to_idx", "label2id", "mapping", "object_type_names",
    ]

    /// Reads a document; `file` may say which way round it is. Throws a clause without a place.
    init(document: JSONValue, file: String = "") throws(InputError) {
        switch document {
        case .array(let items): self = try Self.list(items)
        case .object(let members): self = try Self.object(members, file: file)
        default:
            throw InputError("holds \(document.summary); expected a list or an object of names")
        }
    }

    // MARK: Lists

    private static func list(_ items: [JSONValue]) throws(InputError) -> Labels {
        guard !items.isEmpty else { throw InputError("holds no name") }
        if items.allSatisfy({ number(of: $0) != nil && name(of: $0) != nil }) {
            return try byIndex(items.map { (number(of: $0) ?? 0, $0) })
        }
        var names: [String] = []
        for item in items {
            guard let name = name(of: item) else {
                throw InputError("holds \(item.summary) where a name was expected")
            }
            names.append(name)
        }
        return Labels(names: names)
    }

    /// The number of a class in an element that has one beside the name: `{"id": 3, "name": "cat"}`
    /// or `[3, "cat"]`.
    private static func number(of item: JSONValue) -> Int? {
        switch item {
        case .object(let members):
            return ["id", "index", "class_id", "label_id"].lazy
                .compactMap { members[$0]?.integer(0...classLimit) }.first
        case .array(let parts) where parts.count == 2:
            return parts[0].integer(0...classLimit)
        default: return nil
        }
    }

    /// The name in a value: a text, a number, `[id, name]`, or an object that has one.
    private static func name(of value: JSONValue) -> String? {
        switch value {
        case .string(let name): return name
        case .number(let number): return Int(exactly: number).map(String.init)
        case .array(let parts) where parts.count == 1 || parts.count == 2:
            return parts.last.flatMap { if case .string(let name) = $0 { name } else { nil } }
        case .object(let members):
            return ["name", "label", "class_name", "class", "displayName", "display_name"].lazy
                .compactMap { key in
                    if case .string(let name)? = members[key] { name } else { nil }
                }.first
        default: return nil
        }
    }

    // MARK: Objects

    private static func object(
        _ members: [String: JSONValue], file: String
    ) throws(InputError) -> Labels {
        guard !members.isEmpty else { throw InputError("holds no name") }
        let hasNumbers = members.keys.allSatisfy { Int($0) != nil }
        let leadsToNumbers = members.values.allSatisfy { index(of: $0) != nil }
        if hasNumbers, leadsToNumbers {
            return try numbersToNumbers(members, file: file)
        }
        if hasNumbers { return try byIndex(members.map { (Int($0.key) ?? -1, $0.value) }) }
        if leadsToNumbers {
            return try byIndex(members.map { (index(of: $0.value) ?? -1, .string($0.key)) })
        }
        return try wrapped(members, file: file)
    }

    /// Names that are numbers: the way round matters only where a name is not its own number.
    private static func numbersToNumbers(
        _ members: [String: JSONValue], file: String
    ) throws(InputError) -> Labels {
        let lowercase = file.lowercased()
        let isOwn = members.allSatisfy { Int($0.key) == index(of: $0.value) }
        let namesFirst =
            ["class_indices", "class_to_idx", "label2id", "class2idx"]
            .contains(where: lowercase.contains)
        let numbersFirst =
            ["index_to", "id2label", "idx_to", "idx2", "id_to", "class_index"]
            .contains(where: lowercase.contains)
            || members.values.allSatisfy { if case .string = $0 { true } else { false } }
        guard isOwn || namesFirst != numbersFirst else {
            throw InputError(
                "leads from numbers to numbers, and nothing says which are the classes; expected a "
                    + "list of names")
        }
        return namesFirst
            ? try byIndex(members.map { (index(of: $0.value) ?? -1, .string($0.key)) })
            : try byIndex(members.map { (Int($0.key) ?? -1, $0.value) })
    }

    private static func index(of value: JSONValue) -> Int? {
        switch value {
        case .number(let number): Int(exactly: number)
        case .string(let text): Int(text)
        default: nil
        }
    }

    private static func byIndex(_ pairs: [(Int, JSONValue)]) throws(InputError) -> Labels {
        var names: [Int: String] = [:]
        for (index, value) in pairs {
            guard (0..<classLimit).contains(index) else {
                throw InputError("has the class number \(index); expected numbers from 0")
            }
            guard let name = name(of: value) else {
                throw InputError("calls class \(index) \(value.summary); expected a name")
            }
            guard names.updateValue(name, forKey: index) == nil else {
                throw InputError("names class \(index) twice")
            }
        }
        guard names.count * 2 >= names.keys.max() ?? 0 else {
            throw InputError(
                "names \(names.count) classes with numbers up to \(names.keys.max() ?? 0)")
        }
        return Labels(byIndex: names)
    }

    /// The names under a known key.
    private static func wrapped(
        _ members: [String: JSONValue], file: String
    ) throws(InputError) -> Labels {
        var found: (key: String, labels: Labels)?
        for key in documentKeys {
            switch members[key] {
            case .array?, .object?: break
            default: continue
            }
            let labels = try Labels(document: members[key] ?? .null, file: key)
            if let found, found.labels != labels {
                throw InputError(
                    "names the classes differently under \"\(found.key)\" and \"\(key)\"")
            }
            found = found ?? (key, labels)
        }
        guard let found else {
            throw InputError(
                "is an object, but neither from class numbers to names nor from names to numbers")
        }
        return found.labels
    }
}
