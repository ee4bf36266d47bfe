// The committed inputs of the fuzz targets: written by tools/fuzz_corpus.sh, or added by hand.

import Basics

@testable import Inference

/// Corpus/: a folder for each target.
enum Corpus {
    private static let root: String = {
        // Tests/FuzzTests/Replay/Corpus.swift
        let parts = #filePath.split(separator: "/").dropLast(2)
        return "/" + parts.joined(separator: "/") + "/Corpus"
    }()

    /// The targets that have inputs.
    static func folders() throws -> [String] { try File.names(in: root) }

    /// The inputs of a target: files, and those packed into one.
    static func inputs(of target: String) throws -> [(name: String, bytes: [UInt8])] {
        let folder = "\(root)/\(target)"
        return try File.names(in: folder).flatMap { name in
            let bytes = try File.contents(of: "\(folder)/\(name)", limit: 1 << 20)
            return name.hasSuffix(".packed") ? unpacked(bytes) : [(name, bytes)]
        }
    }

    /// Reads a file of tools/fuzz_pack.py: for each input its length in 4 bytes, then its bytes.
    private static func unpacked(_ bytes: [UInt8]) -> [(name: String, bytes: [UInt8])] {
        var inputs: [(name: String, bytes: [UInt8])] = []
        var position = 0
        while position < bytes.count {
            let length = (0..<4).reduce(0) { $0 | Int(bytes[position + $1]) << (8 * $1) }
            let end = position + 4 + length
            inputs.append(("packed-\(inputs.count)", Array(bytes[position + 4..<end])))
            position = end
        }
        return inputs
    }
}
