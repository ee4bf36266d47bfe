// Finds the library of ONNX Runtime, and turns its statuses into sentences.
//
// It is loaded with the first model and not linked: `--help` needs no engine, and a missing library
// gives a sentence that says how to get it instead of the loader's error.

import COnnxRuntime
internal import Onnx

/// The engine's function table, and the handling of its errors.
@safe package struct OnnxRuntimeLibrary {
    /// The only version whose table we have checked; its bare name is found beside the executable.
    package static let fileName = "libonnxruntime.so.1.32.0"

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
            // Whether `CChar` has a sign depends on the platform.
            let bytes = reason.prefix { $0 != 0 }.map { UInt8(truncatingIfNeeded: $0) }
            let text = String(decoding: bytes, as: UTF8.self)
            throw .engineUnavailable(
                "ONNX Runtime cannot be loaded (\(text)): `make setup` fetches it and puts "
                    + "\(fileName) beside the executable; a folder on LD_LIBRARY_PATH does too")
        }
        return (unsafe Self(api: api), unsafe String(cString: version))
    }

    /// Checks the status of one call to the engine. Throws `engineFailed`: `what`, then the
    /// engine's message.
    func check(_ what: @autoclosure () -> String, _ result: OrtResult?) throws(ModelError) {
        guard let status = unsafe result else { return }
        defer { unsafe api.pointee.ReleaseStatus(status) }
        let message = unsafe String(cString: api.pointee.GetErrorMessage(status))
        throw .engineFailed("\(what()): \(Self.sentence(message))")
    }

    /// The engine's message on one line, cut to a readable length.
    private static func sentence(_ message: String) -> String {
        let words = message.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return words.count <= 400 ? words : words.prefix(400) + "…"
    }
}
