// How `amphora predict` resolves its arguments, and the line that shows progress.

import Glibc
import Testing

@testable import App

@Suite struct PictureInputsTests {
    private typealias Input = PictureInputs.Input

    /// A temporary folder of files by name, with their first bytes. Removed when it is released.
    private final class Folder {
        let path: String
        private var made: [String] = []

        init(_ files: [String: [UInt8]], folders: [String] = []) {
            var template = Array("/tmp/amphora-inputs-XXXXXX".utf8CString)
            path = unsafe mkdtemp(&template).map { unsafe String(cString: $0) } ?? "/nonexistent"
            for name in folders.sorted() {
                unsafe mkdir("\(path)/\(name)", 0o700)
                made.append(name)
            }
            for (name, bytes) in files {
                let descriptor = unsafe open("\(path)/\(name)", O_WRONLY | O_CREAT, 0o600)
                precondition(unsafe write(descriptor, bytes, bytes.count) == bytes.count)
                close(descriptor)
                made.append(name)
            }
        }

        func link(_ name: String, to target: String) {
            unsafe symlink(target, "\(path)/\(name)")
            made.append(name)
        }

        deinit {
            for name in made.reversed() { unsafe remove("\(path)/\(name)") }
            unsafe rmdir(path)
        }
    }

    private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    private static let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0]

    @Test func `files and URIs stay as they are, in order`() {
        let given = ["b.png", "https://a/x.jpg", "nowhere", "data:image/png;base64,AA=="]
        let inputs = PictureInputs(given, isRecursive: true)
        #expect(inputs.inputs == given.map(Input.picture))
        #expect(inputs.notes.isEmpty)
    }

    @Test func `a folder is its pictures by name, whatever they are called`() {
        let folder = Folder(
            ["b.dat": Self.png, "a.jpg": Self.jpeg, ".hidden.png": Self.png, "labels.txt": [65]],
            folders: ["more"])
        for path in [folder.path, folder.path + "/"] {
            let inputs = PictureInputs([path], isRecursive: false)
            #expect(
                inputs.inputs == ["a.jpg", "b.dat"].map { Input.picture("\(folder.path)/\($0)") })
            #expect(inputs.notes == ["\(folder.path)/labels.txt is not a picture and was skipped"])
        }
    }

    @Test func `subfolders need --recursive, and links to folders are never followed`() {
        let folder = Folder(
            ["z.png": Self.png, "sub/a.png": Self.png, "sub/deep/b.png": Self.png],
            folders: ["sub", "sub/deep"])
        folder.link("sub/again", to: "..")
        let flat = PictureInputs([folder.path], isRecursive: false)
        #expect(flat.inputs.map(\.name) == ["\(folder.path)/z.png"])
        let all = PictureInputs([folder.path], isRecursive: true)
        #expect(
            all.inputs.map(\.name)
                == ["sub/a.png", "sub/deep/b.png", "z.png"].map { "\(folder.path)/\($0)" })
    }

    @Test func `a folder without pictures is a result of its own, and many files are one note`() {
        let names = ["a", "b", "c", "d", "e"]
        let folder = Folder(Dictionary(uniqueKeysWithValues: names.map { ($0, [UInt8(65)]) }))
        let inputs = PictureInputs([folder.path], isRecursive: false)
        #expect(inputs.inputs == [.emptyFolder(folder.path)])
        #expect(inputs.notes.count == 1)
        #expect(inputs.notes[0].hasPrefix("5 files in \(folder.path) are not pictures"))
        #expect(inputs.notes[0].hasSuffix("/c, …"))
    }

    @Test(arguments: [
        (120, 1000, 2000, "  120 of 1,000 · 60 pictures/s · 15 s left"),
        (3, 12_345, 1000, "  3 of 12,345 · 3.0 pictures/s · 68 min 34 s left"),
        (1, 2, 0, "  1 of 2 · 1000 pictures/s · 1 s left"),
    ])
    func `progress says how far and how long`(done: Int, total: Int, after: Int, line: String) {
        #expect(
            ProgressLine.text(
                done: done, total: total, unit: "pictures", after: .milliseconds(after)) == line)
    }
}
