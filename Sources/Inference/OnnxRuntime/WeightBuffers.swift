// Weights that the engine does not read by itself, because a link of the model's folder leads to them:
// their files are read here and given to the session that is being made.
//
// Only for such links. They are in memory twice while the session is made.

internal import Basics
internal import COnnxRuntime
internal import Onnx

/// The bytes of some files, until the session has copied them.
final class WeightBuffers {
    /// The bytes of one file.
    @safe private struct Buffer {
        let name: String
        let start: UnsafeMutablePointer<CChar>
        let count: Int
    }

    private var buffers: [Buffer] = []

    /// Reads the files. Throws `unreadable`.
    init(_ files: [LinkedWeights]) throws(ModelError) {
        for file in files {
            let bytes = try ModelError.reading { () throws(InputError) in
                let opened = try File(file.path)
                return try opened.read(opened.size, at: 0)
            }
            let start = UnsafeMutablePointer<CChar>.allocate(capacity: max(1, bytes.count))
            for (index, byte) in bytes.enumerated() {
                unsafe (start + index).initialize(to: CChar(truncatingIfNeeded: byte))
            }
            buffers.append(unsafe Buffer(name: file.name, start: start, count: bytes.count))
        }
    }

    deinit {
        for buffer in buffers { unsafe buffer.start.deallocate() }
    }

    /// Gives them to a session under their names. Throws `engineFailed`.
    func add(
        to settings: UnsafeMutablePointer<OrtSessionOptions>, _ library: OnnxRuntimeLibrary
    ) throws(ModelError) {
        for buffer in buffers {
            let result = unsafe buffer.name.withCString { name in
                var name = unsafe name
                var start = unsafe buffer.start
                var count = buffer.count
                return unsafe library.api.pointee.AddExternalInitializersFromFilesInMemory(
                    settings, &name, &start, &count, 1)
            }
            unsafe try library.check("ONNX Runtime refuses weights behind a link", result)
        }
    }
}
