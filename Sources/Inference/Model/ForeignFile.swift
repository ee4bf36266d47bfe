// Names a file that is no ONNX model for what it is, by its bytes and not by its name, together with
// what makes an ONNX file of it.
//
// Only looked at where a model is refused anyway. The bytes are compared with the marks of formats
// as their own specifications give them; nothing is unpacked.

internal import Basics

/// A file of another kind.
struct ForeignFile: Equatable, CustomStringConvertible {
    let path: String
    /// What it is.
    let kind: String
    /// What to do.
    let remedy: String

    var description: String { "\(path) is \(kind); \(remedy)" }

    /// Enough for the marks of all kinds, and the first entries of an archive.
    private static let beginning = 64 * 1024

    /// The kind of a file; `nil` if it is not known.
    static func of(_ path: String) -> ForeignFile? {
        let (head, size): ([UInt8], Int)
        do throws(InputError) {
            let file = try File(path)
            size = file.size
            head = try file.read(min(beginning, file.size), at: 0)
        } catch {
            return nil
        }
        guard let (kind, remedy) = ForeignKind.of(head, size: size) else { return nil }
        return ForeignFile(path: path, kind: kind, remedy: remedy)
    }

    /// A short text that stands where a download should be: Git LFS's pointer, an HTML page.
    static func standIn(_ path: String) -> ForeignFile? {
        do throws(InputError) {
            let head = try File.beginning(of: path, count: 64)
            guard let first = head.first(where: { $0 > 0x20 }), first == 0x3C || first == 0x76
            else {
                return nil
            }
        } catch {
            return nil
        }
        guard let found = of(path), ["a pointer", "an HTML"].contains(where: found.kind.hasPrefix)
        else { return nil }
        return found
    }

    /// The first of some files that holds a model of another kind.
    static func first(among paths: [String]) -> ForeignFile? {
        let endings = [
            ".pt", ".pth", ".ckpt", ".bin", ".safetensors", ".h5", ".hdf5", ".keras", ".pb",
            ".tflite",
            ".pkl", ".pickle", ".joblib", ".mlmodel", ".xml", ".pdmodel", ".zip", ".gz", ".tgz",
            ".tar", ".onnx", ".mar", ".npz", ".gguf", ".engine", ".plan", ".ptl",
        ]
        let likely = paths.filter { path in
            let name = Path.name(of: path).lowercased()
            return !name.contains(".") || endings.contains(where: name.hasSuffix)
        }
        let files = likely.prefix(64).lazy.filter { File.kind(of: $0) == .file }
        return files.compactMap { nameless($0) ?? of($0) }.first { !$0.kind.hasPrefix("text") }
    }

    /// A file that begins as ONNX files do, under another name.
    private static func nameless(_ path: String) -> ForeignFile? {
        do throws(InputError) {
            let head = try File.beginning(of: path, count: 16)
            // The version of the format, then the exporter's name.
            guard head.count == 16, head[0] == 0x08, (3...32).contains(head[1]), head[2] == 0x12,
                (0x41...0x7A).contains(head[4])
            else { return nil }
        } catch {
            return nil
        }
        return ForeignFile(
            path: path, kind: "an ONNX model by its first bytes",
            remedy: "name it model.onnx, or write its name as \"model\" into \(Manifest.fileName)")
    }
}
