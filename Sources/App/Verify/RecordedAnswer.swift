// An answer parsed from its JSON (docs/http.md#classify): labels and probabilities, or a failure,
// for one picture or for a list of them.
//
// Probabilities are kept as text; only a comparison with a tolerance parses them. Unknown keys are
// ignored.

internal import Basics
internal import Inference

/// The content of one answer.
struct RecordedAnswer: Equatable {
    /// One label of a result.
    struct Entry: Equatable {
        let label: Label
        /// The number's text as it was written.
        let probability: String
    }

    /// The result of one picture.
    enum Content: Equatable {
        case entries([Entry])
        case failure(code: String, sentence: String)
    }

    /// One picture's part of the answer.
    struct Element: Equatable {
        let uri: String?
        let content: Content
    }

    let elements: [Element]
    /// Whether it is a list of predictions.
    let isList: Bool

    /// Whether it names its picture.
    var isNamed: Bool { !isList && elements.first?.uri != nil }

    /// Reads an answer. Throws what is expected instead.
    init(_ value: JSONValue) throws(UnusableGolden) {
        guard case .object(let members) = value else {
            throw UnusableGolden(reason: "\"response\" must be an object, not \(value.kind)")
        }
        guard let predictions = members["predictions"] else {
            isList = false
            elements = [try Self.element(value, at: "response")]
            return
        }
        guard case .array(let values) = predictions else {
            throw UnusableGolden(
                reason: "\"response.predictions\" must be a list, not \(predictions.kind)")
        }
        isList = true
        var elements: [Element] = []
        for (index, value) in values.enumerated() {
            elements.append(try Self.element(value, at: "response.predictions[\(index)]"))
        }
        self.elements = elements
    }

    /// Reads the bytes of an answer; `nil` if they are not one.
    init?(reading bytes: [UInt8]) {
        do {
            try self.init(JSONValue(reading: bytes, maxValues: .max))
        } catch {
            return nil
        }
    }

    private static func element(
        _ value: JSONValue, at place: String
    ) throws(UnusableGolden) -> Element {
        guard case .object(let members) = value else {
            throw UnusableGolden(reason: "\"\(place)\" must be an object, not \(value.kind)")
        }
        let uri: String? = if case .string(let uri)? = members["uri"] { uri } else { nil }
        if case .string(let sentence)? = members["error"], case .string(let code)? = members["code"]
        {
            return Element(uri: uri, content: .failure(code: code, sentence: sentence))
        }
        guard case .array(let results)? = members["results"] else {
            throw UnusableGolden(
                reason: "\"\(place)\" must hold a list of \"results\", or \"error\" and \"code\"")
        }
        var entries: [Entry] = []
        for (index, result) in results.enumerated() {
            entries.append(try entry(result, at: "\(place).results[\(index)]"))
        }
        return Element(uri: uri, content: .entries(entries))
    }

    private static func entry(
        _ value: JSONValue, at place: String
    ) throws(UnusableGolden) -> Entry {
        guard case .object(let members) = value, case .string(let text)? = members["prob"],
            Double(text) != nil
        else {
            throw UnusableGolden(
                reason: "\"\(place)\" must hold a \"label\", and \"prob\", a number in quotes")
        }
        switch members["label"] {
        case .string(let name)?: return Entry(label: .name(name), probability: text)
        case .number(let number)?:
            if let index = Int(exactly: number) {
                return Entry(label: .index(index), probability: text)
            }
        default: break
        }
        throw UnusableGolden(reason: "\"\(place).label\" must be a string, or a whole number")
    }
}
