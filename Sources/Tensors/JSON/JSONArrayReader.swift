// Reads nested lists of JSON into the elements and the shape of an array, in one pass and without a
// tree.
//
// The nesting gives the shape. It is kept as two short lists, so that deep nesting can't overflow the
// stack. Runs of numbers are read by JSONNumberRun.

internal import Basics

/// A reader of arrays, anywhere in a JSON text.
struct JSONArrayReader {
    var cursor: JSONCursor
    let limits: TensorLimits

    init(_ bytes: [UInt8], limits: TensorLimits) {
        cursor = JSONCursor(bytes)
        self.limits = limits
    }

    /// Reads the value that stands here into a buffer, and returns its shape; empty for a single
    /// element. `place` names it in errors: `instances[3]`.
    mutating func value(
        into buffer: inout ElementBuffer, of input: TensorDescription, place: String
    ) throws(TensorFault) -> [Int] {
        var nesting = Nesting()
        while true {
            if cursor.peek() == UInt8(ascii: "[") {
                guard nesting.open(most: limits.rank) else {
                    throw input.fault("\(nesting.name(in: place)) nests deeper than its neighbours")
                }
                cursor.position += 1
                if cursor.peek() != UInt8(ascii: "]") { continue }
            } else {
                guard nesting.takesElements() else {
                    throw input.fault(
                        "\(nesting.name(in: place)) is no list, unlike its neighbours")
                }
                let first = buffer.count
                let came = try elements(into: &buffer, of: input, alone: nesting.isClosed)
                nesting.add(buffer.count - first)
                if let came { throw input.fault("\(nesting.name(in: place)) \(came)") }
            }
            while true {
                if nesting.isClosed { return nesting.lengths }
                if try taking({ $0.take(UInt8(ascii: ",")) }) { break }
                guard cursor.take(UInt8(ascii: "]")) else {
                    throw malformed(cursor.expected("“,” or “]”"))
                }
                if let lengths = nesting.close() {
                    throw input.fault(
                        "\(nesting.name(in: place)) has \(lengths.came) elements, "
                            + "and its neighbours \(lengths.expected)")
                }
            }
        }
    }

    /// An error about the text as JSON.
    func malformed(_ error: InputError) -> TensorFault {
        .wrong("the JSON is malformed: \(error.reason)")
    }

    /// The result of reading with the cursor; its errors are about the text as JSON.
    mutating func taking<Value>(
        _ read: (inout JSONCursor) throws(InputError) -> Value
    ) throws(TensorFault) -> Value {
        do throws(InputError) {
            return try read(&cursor)
        } catch {
            throw malformed(error)
        }
    }

    // MARK: Elements

    /// Reads one element, and those behind it in the same list if there is one. Returns what came
    /// instead, as the end of a sentence.
    private mutating func elements(
        into buffer: inout ElementBuffer, of input: TensorDescription, alone: Bool
    ) throws(TensorFault) -> String? {
        switch ScalarType(input.element) {
        case nil: try string(into: &buffer)
        case .bool: try boolean(into: &buffer)
        case let scalar?: try numbers(scalar, into: &buffer, alone: alone)
        }
    }

    private mutating func string(into buffer: inout ElementBuffer) throws(TensorFault) -> String? {
        switch cursor.peek() {
        case UInt8(ascii: "\""):
            try buffer.append(try taking { cursor throws(InputError) in try cursor.stringBytes() })
        case UInt8(ascii: "{"):
            guard let bytes = try base64() else {
                return "is an object other than {\"b64\": \"…\"}"
            }
            try buffer.append(bytes)
        default:
            return try found()
        }
        return nil
    }

    /// The bytes of `{"b64": "…"}`; `nil` if it is another object.
    private mutating func base64() throws(TensorFault) -> [UInt8]? {
        try taking { cursor throws(InputError) in
            cursor.position += 1
            guard cursor.peek() == UInt8(ascii: "\""), try cursor.string() == "b64",
                cursor.take(UInt8(ascii: ":")), cursor.peek() == UInt8(ascii: "\"")
            else { return nil }
            let text = try cursor.stringBytes()
            let bytes = try Base64.bytes(of: text.span, at: "“b64”")
            return cursor.take(UInt8(ascii: "}")) ? bytes : nil
        }
    }

    private mutating func boolean(into buffer: inout ElementBuffer) throws(TensorFault) -> String? {
        let value: UInt8
        switch cursor.peek() {
        case UInt8(ascii: "t"):
            try taking { cursor throws(InputError) in try cursor.word("true") }
            value = 1
        case UInt8(ascii: "f"):
            try taking { cursor throws(InputError) in try cursor.word("false") }
            value = 0
        case UInt8(ascii: "0"), UInt8(ascii: "1"):
            let number = try taking { cursor throws(InputError) in try cursor.number() }
            guard number == 0 || number == 1 else { return "is \(number)" }
            value = UInt8(number)
        default: return try found()
        }
        try buffer.append(value)
        return nil
    }

    /// What kind of value stands here, for errors. Throws if it is no JSON.
    func found() throws(TensorFault) -> String {
        var ahead = cursor
        switch ahead.peek() {
        case UInt8(ascii: "\""): return "is a string"
        case UInt8(ascii: "{"): return "is an object"
        case UInt8(ascii: "["): return "is a list"
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return "is a Boolean"
        case UInt8(ascii: "n"): return "is null"
        case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return "is a number"
        default: throw malformed(ahead.expected("a value"))
        }
    }
}

/// The nesting of lists: how long those of each depth are, and how far the open ones have come.
private struct Nesting {
    /// The length of a list at each depth, from the outermost; -1 until one was closed.
    private(set) var lengths: [Int] = []
    private var counts: [Int] = []
    private var hasElements = false

    var isClosed: Bool { counts.isEmpty }

    /// Begins a list; false if elements stand at this depth elsewhere, or it would be too deep.
    mutating func open(most: Int) -> Bool {
        let depth = counts.count
        guard depth < most, depth < lengths.count || !hasElements else { return false }
        if depth == lengths.count {
            // A list of empty lists has no deeper ones.
            guard !lengths.contains(0) else { return false }
            lengths.append(-1)
        }
        counts.append(0)
        return true
    }

    /// Whether elements may stand here; false if lists stand at this depth elsewhere.
    mutating func takesElements() -> Bool {
        guard counts.count == lengths.count else { return false }
        hasElements = true
        return true
    }

    /// Counts elements of the innermost list.
    mutating func add(_ count: Int) {
        if let last = counts.indices.last { counts[last] += count }
    }

    /// Ends the innermost list; returns its length and another's if they differ.
    mutating func close() -> (came: Int, expected: Int)? {
        let depth = counts.count - 1
        let count = counts.removeLast()
        if lengths[depth] == -1 { lengths[depth] = count }
        guard lengths[depth] == count else { return (count, lengths[depth]) }
        add(1)
        return nil
    }

    /// The place of what comes next: `x[0][2]`.
    func name(in place: String) -> String { place + counts.map { "[\($0)]" }.joined() }
}
