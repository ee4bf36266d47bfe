// The arguments of `amphora predict` as a list of pictures: a folder means the pictures in it,
// sorted by name.
//
// In a folder, the first bytes of a file decide whether it is a picture, not its name. Hidden files
// are skipped, and links to folders are not followed, since they may form a cycle. Missing files
// are reported later, by the run.

internal import Basics
internal import Glibc
internal import Inference
internal import Onnx
internal import Serving

/// The pictures of one call.
struct PictureInputs {
    /// An argument, or a picture found in a folder.
    enum Input: Equatable {
        /// A file or a URI to classify.
        case picture(String)
        /// A folder without pictures.
        case emptyFolder(String)

        /// The argument, or the path of the picture found.
        var name: String {
            switch self {
            case .picture(let name), .emptyFolder(let name): name
            }
        }
    }

    private(set) var inputs: [Input] = []
    /// Notes for the user, one sentence each.
    private(set) var notes: [String] = []
    private let isRecursive: Bool

    /// Searches the folders among `arguments`, and with `isRecursive` the folders in them.
    init(_ arguments: [String], isRecursive: Bool) {
        self.isRecursive = isRecursive
        for argument in arguments {
            if File.kind(of: argument) == .folder {
                add(folder: argument)
            } else {
                inputs.append(.picture(argument))
            }
        }
    }

    private mutating func add(folder: String) {
        var skipped: [String] = []
        let before = inputs.count
        walk(folder, &skipped)
        if inputs.count == before { inputs.append(.emptyFolder(folder)) }
        guard !skipped.isEmpty else { return }
        let names = skipped.prefix(3).joined(separator: ", ") + (skipped.count > 3 ? ", …" : "")
        notes.append(
            skipped.count == 1
                ? "\(names) is not a picture and was skipped"
                : "\(skipped.count) files in \(folder) are not pictures and were skipped: \(names)")
    }

    private mutating func walk(_ folder: String, _ skipped: inout [String]) {
        let names: [String]
        do throws(InputError) {
            names = try File.names(in: folder)
        } catch {
            return notes.append("\(error)")
        }
        for name in names where !name.hasPrefix(".") {
            let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
            switch File.kind(of: path) {
            case .file:
                if Self.beginsAsPicture(path) {
                    inputs.append(.picture(path))
                } else {
                    skipped.append(path)
                }
            case .folder:
                if isRecursive, !File.isLink(path) { walk(path, &skipped) }
            case .missing, .other: skipped.append(path)
            }
        }
    }

    /// A file that can't be read counts as a picture, so that its result says why.
    private static func beginsAsPicture(_ path: String) -> Bool {
        do throws(InputError) {
            let start = try File.beginning(of: path, count: 64)
            return PictureFormat.sniff(start.span).isPicture
        } catch {
            return true
        }
    }
}

/// Why an input has no picture, as a sentence.
struct UnusableInput: Error {
    let sentence: String
}

extension PictureInputs.Input {
    /// The picture: a URI, or a file's bytes, at most `limit` of them.
    func item(limit: Int) throws(UnusableInput) -> Item {
        guard case .picture(let picture) = self else {
            throw UnusableInput(
                sentence: "there is no picture in the folder \(name); --recursive looks into the "
                    + "folders within it")
        }
        guard !PictureURI.isURI(picture) else { return Item(source: .uri(picture)) }
        do throws(InputError) {
            return Item(bytes: try File.contents(of: picture, limit: limit), name: picture)
        } catch {
            throw UnusableInput(sentence: "\(error)")
        }
    }
}
