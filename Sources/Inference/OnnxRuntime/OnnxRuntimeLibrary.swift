// Finds the library of ONNX Runtime, and turns its statuses into sentences.
//
// It is loaded with the first model and not linked: `--help` needs no engine, and a missing library
// gives a sentence that says how to get it instead of the loader's error.

import COnnxRuntime
internal import Onnx

/// The engine's function table, and the handling of its errors.
@safe package struct OnnxRuntimeLibrary {
    /// The only version whose table we have checked; its bare name is found beside the executable.
    package static let fileName = "libonnxruntime.so.\(knownVersion)"
    private static let knownVersion = "1.32.0"

    /// Constant memory that is never unloaded.
    let api: UnsafePointer<OrtApi>

    /// Takes a table that is already loaded.
    init(api: UnsafePointer<OrtApi>) {
        unsafe self.api = unsafe api
    }

    /// Loads the library at a path, or found by a bare name, and gives its version, such as
    /// `1.32.0`. Throws `engineUnavailable`. Any thread. dlopen(3).
    static func load(_ path: String) throws(ModelError) -> (Self, version: String) {
        var reason = [CChar](repeating: 0, count: 512)
        let library = unsafe OrtLoadLibrary(path, &reason, reason.count)
        guard let api = unsafe library.api, let version = unsafe library.version else {
            throw .engineUnavailable(
                "ONNX Runtime cannot be loaded (\(text(reason))): `make setup` fetches it and puts "
                    + "\(fileName) beside the executable; a folder on LD_LIBRARY_PATH does too")
        }
        return (unsafe Self(api: api), unsafe String(cString: version))
    }

    /// A C string in a buffer. Whether `CChar` has a sign depends on the platform.
    static func text(_ reason: [CChar]) -> String {
        String(
            decoding: reason.prefix { $0 != 0 }.map { UInt8(truncatingIfNeeded: $0) },
            as: UTF8.self)
    }

    /// What that version reads, found by asking it; `nil` for a library of another version.
    static func limits(of path: String) -> EngineLimits? {
        guard let version = try? load(path).version, version == knownVersion else { return nil }
        return EngineLimits(
            engine: "ONNX Runtime \(version)", irVersion: 14,
            opsets: [
                "": 28, "ai.onnx": 28, "ai.onnx.ml": 5, "ai.onnx.preview": 1,
                "ai.onnx.preview.training": 1, "ai.onnx.training": 1, "com.microsoft": 1,
                "com.microsoft.experimental": 1, "com.microsoft.nchwc": 1,
                "com.ms.internal.nhwc": 28,
            ])
    }

    /// A C string of our own; deallocated by the owner.
    static func copy(_ name: String) -> UnsafePointer<CChar> {
        let bytes = name.utf8CString
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        for (index, byte) in bytes.enumerated() { unsafe (copy + index).initialize(to: byte) }
        return unsafe UnsafePointer(copy)
    }

    /// Checks the status of one call to the engine. Throws `engineFailed`: `what`, then the
    /// engine's message.
    func check(_ what: @autoclosure () -> String, _ result: OrtResult?) throws(ModelError) {
        guard let status = unsafe result else { return }
        defer { unsafe api.pointee.ReleaseStatus(status) }
        let message = unsafe String(cString: api.pointee.GetErrorMessage(status))
        throw .engineFailed("\(what()): \(Self.sentence(message))")
    }

    /// The engine's message on one line, without the place in its sources, cut to a readable length.
    static func sentence(_ message: String) -> String {
        var text = withoutPlace(message)
        // The path stands before it already, and types of a whole node help nobody.
        if text.hasPrefix("Load model from "), let end = text.firstRange(of: " failed:") {
            text = text[end.upperBound...]
        }
        if text.hasPrefix("This is an invalid model."), let end = text.firstRange(of: ", Error ") {
            text = text[end.upperBound...]
        }
        let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return words.count <= 400 ? words : words.prefix(400) + "…"
    }

    /// What follows a file's path, a line and the signature of a C++ function, if it begins so.
    private static func withoutPlace(_ message: String) -> Substring {
        guard message.hasPrefix("/"), let space = message.firstIndex(of: " "),
            message[..<space].contains(":")
        else { return message[...] }
        var depth = 0
        var rest = message[space...]
        var end: Substring.Index?
        for index in rest.indices {
            switch rest[index] {
            case "(", "<", "[": depth += 1
            case ")", ">", "]":
                depth -= 1
                // The parameters' end, unless a name goes on after them: `operator()(…)`, `f(…)::g`.
                let next = rest.index(after: index)
                if depth == 0, rest[index] == ")", next < rest.endIndex, rest[next] == " " {
                    end = next
                }
            default: break
            }
            if end != nil { break }
        }
        guard let end else { return message[...] }
        rest = rest[end...].drop { $0 == " " }
        if rest.hasPrefix("const ") { rest = rest.dropFirst(6) }
        if rest.hasPrefix("[with "), let bracket = rest.firstRange(of: "] ") {
            rest = rest[bracket.upperBound...]
        }
        return rest.isEmpty ? message[...] : rest
    }
}
