// The parts of a path, as text; nothing is looked up.

/// Parts of paths. Any thread.
package enum Path {
    /// The folder of a file, with its slash; empty for a bare name, which lies in the working
    /// directory.
    package static func folder(of file: some StringProtocol) -> String {
        file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
    }

    /// The last part that has a name; the path itself if none has.
    package static func name(of path: some StringProtocol) -> String {
        path.split { $0 == "/" }.last.map { String($0) } ?? String(path)
    }
}
