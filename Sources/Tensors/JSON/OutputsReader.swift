// Reads which outputs a request wants: V2's objects with parameters, or names alone.

internal import Basics

/// An output as the request states it.
struct StatedOutput {
    let name: String
    /// `nil` if the request's default holds.
    let form: RequestedOutput.Form?
    let classes: Int?

    func resolved(_ form: RequestedOutput.Form) -> RequestedOutput {
        RequestedOutput(name: name, form: self.form ?? form, classes: classes)
    }
}

/// Reads “outputs”.
enum OutputsReader {
    /// The outputs of a list.
    static func outputs(_ value: JSONValue) throws(TensorFault) -> [StatedOutput] {
        guard case .array(let elements) = value else { throw .wrong("“outputs” is no list") }
        var outputs: [StatedOutput] = []
        for (index, element) in elements.enumerated() {
            outputs.append(try output(element, place: "outputs[\(index)]"))
        }
        return outputs
    }

    private static func output(
        _ value: JSONValue, place: String
    ) throws(TensorFault) -> StatedOutput {
        if case .string(let name) = value {
            return StatedOutput(name: name, form: nil, classes: nil)
        }
        guard case .object(let members) = value, case .string(let name)? = members["name"] else {
            throw .wrong("\(place) has no “name”")
        }
        var parameters: [String: JSONValue] = [:]
        if case .object(let stated)? = members["parameters"] { parameters = stated }
        var form: RequestedOutput.Form?
        if let stated = parameters["binary_data"] { form = try Self.form(stated, default: .text) }
        var classes: Int?
        if let stated = parameters["classification"], stated != .number(0) {
            classes = stated.integer(1...Int(Int32.max))
            guard classes != nil else {
                throw .wrong(
                    "\(place): “classification” is \(stated.summary); expected a number from 0")
            }
        }
        return StatedOutput(name: name, form: form, classes: classes)
    }

    /// The form that a parameter asks for.
    static func form(
        _ value: JSONValue?, default form: RequestedOutput.Form
    ) throws(TensorFault) -> RequestedOutput.Form {
        switch value {
        case nil, .null: return form
        case .bool(let isBinary): return isBinary ? .binary : .text
        case let other?:
            throw .wrong("a parameter of binary data is \(other.summary); expected true or false")
        }
    }
}
