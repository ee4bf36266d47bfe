// What `amphora predict` was given, as one picture after the other: a folder stands for the pictures
// in it, by name.
//
// A picture is what begins as one, whatever its name ends in. Nothing is read but first bytes; hidden
// files are left out, and a link to a folder is not followed, since it may lead in a circle. What is
// neither a folder nor here is the run's to complain about.

internal import Basics
internal import Glibc
internal import Inference
internal import Onnx
internal import Serving

/// The pictures of one call.
struct PictureInputs {
    /// A file or folder of the call, or a picture found.
    enum Input: Equatable {
        /// A file or a URI, to be classified.
        case picture(String)
        /// A folder that has no picture to classify.
        case emptyFolder(String)

        /// As given, or as found.
        var name: String {
            switch self {
            case .picture(let name), .emptyFolder(let name): name
            }
        }
    }

    private(set) var inputs: [Input] = []
    /// What a person should know of it, one sentence each.
    private(set) var notes: [String] = []
    private let isRecursive: Bool

    /// Looks through the folders among `arguments`, and with `isRecursive` through those in them.
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

    /// A file that can't be read counts as one, so that its picture has a result that says so.
    private static func beginsAsPicture(_ path: String) -> Bool {
        do throws(InputError) {
            let start = try File.beginning(of: path, count: 16)
            return PictureFormat.sniff(start.span) != .unknown
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
