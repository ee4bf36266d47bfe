// The tar reader: the entries that it accepts, and the errors that name those it refuses.

import TestSupport
import Testing

@testable import ModelStore

@Suite struct TarReaderTests {
    private func archive(_ build: (inout TarBuilder) -> Void) -> [UInt8] {
        var builder = TarBuilder()
        build(&builder)
        return builder.ended()
    }

    private var sample: [UInt8] {
        archive { tar in
            tar.add("./", type: "5")
            tar.add("./net/", type: "5")
            tar.add("./net/model.onnx", String(repeating: "abcdefgh", count: 70))
            tar.addPax([("path", "net/\(String(repeating: "é", count: 80)).txt"), ("mtime", "1.5")])
            tar.add("short", "labels")
            tar.add("net/empty")
            tar.add("net/._model.onnx", "of macOS")
        }
    }

    // MARK: Accepted

    @Test func `files and folders of every format`() throws {
        let long = String(repeating: "n", count: 120)
        let unpacked = try Unpacked(
            archive { tar in
                tar.add("plain", "1")
                tar.add("old", "2", type: "\u{0}")
                tar.add("name", "3", prefix: "far/away")
                tar.add("gnu", "4", magic: "ustar  \u{0}", prefix: "times")
                tar.add("././@LongLink", long + "\u{0}", type: "L", magic: "ustar  \u{0}")
                tar.add("nnn", "5", magic: "ustar  \u{0}")
                tar.addPax([("comment", "of git archive")], type: "g")
                tar.addPax([("size", "1"), ("path", "of/pax")])
                tar.add("ignored", "6", size: "00000000001")
                tar.add("folder/", type: "5")
                tar.add("folder/", type: "5")
            })
        #expect(
            unpacked.files == [
                "plain": "1", "old": "2", "far/away/name": "3", "gnu": "4", long: "5",
                "of/pax": "6",
            ])
        #expect(unpacked.folders == ["folder", "folder"])
        #expect(unpacked.open == 0)
    }

    @Test func `the parts an archive arrives in make no difference`() throws {
        let whole = try Unpacked(sample)
        #expect(whole.files.count == 3 && whole.folders == ["net"])
        for length in [1, 2, 7, 511, 512, 513, 1000] {
            #expect(try Unpacked(sample, parts: length) == whole)
        }
    }

    @Test func `a size in a pax header overrides the one in the entry's header`() throws {
        let unpacked = try Unpacked(
            archive { tar in
                tar.addPax([("size", "3")])
                tar.add(name: Array("a".utf8), Array("xyz".utf8), size: "00000000000")
            })
        #expect(unpacked.files == ["a": "xyz"])
    }

    @Test func `zeros after the end are tar's padding`() throws {
        var builder = TarBuilder()
        builder.add("a", "b")
        #expect(try Unpacked(builder.ended(padding: 1 << 20)).files == ["a": "b"])
        #expect(Unpacked.refusal(of: builder.ended(padding: 1 << 20 + 1)) != nil)
    }

    // MARK: Refused

    @Test(arguments: [
        ("/etc/passwd", "absolute"), ("../evil", "leads out"), ("a/../../evil", "leads out"),
        ("a/..", "leads out"), ("..", "leads out"), ("a\\..\\evil", "backslash"),
        ("a\nb", "control character"), ("a\u{7F}", "control character"), ("", "no name"),
        ("./", "name of a folder"), (".", "no name"), ("a/", "name of a folder"),
        (Array(repeating: "d", count: 17).joined(separator: "/"), "folders deep"),
    ])
    func `a path that leads elsewhere`(_ name: String, _ reason: String) throws {
        let refusal = Unpacked.refusal(of: archive { $0.add(name, "x") })
        #expect(refusal?.contains(reason) == true, "\(refusal ?? "taken")")
    }

    @Test(arguments: [
        ("1", "link"), ("2", "link"), ("3", "device"), ("4", "device"), ("6", "device"),
        ("7", "plain"), ("S", "sparse"), ("D", "plain"), ("M", "plain"), ("V", "plain"),
        ("K", "link"), ("Z", "plain"),
    ])
    func `an entry that is no file`(_ type: Character, _ reason: String) {
        let refusal = Unpacked.refusal(of: archive { $0.add("entry", type: type) })
        #expect(refusal?.contains("“entry” is") == true && refusal?.contains(reason) == true)
    }

    @Test(arguments: [
        [("path", "../evil")], [("path", "/evil")], [("linkpath", "x")], [("size", "-1")],
        [("size", "1e3")], [("size", "99999999999999999999")], [("GNU.sparse.major", "1")],
        [("path", "a\u{0}b")], [("path", "")],
        [("path", String(repeating: "n", count: 256))],
        [("path", String(repeating: "long/", count: 300) + "x")],
    ])
    func `a pax header that is taken for nothing`(_ records: [(String, String)]) {
        let refusal = Unpacked.refusal(
            of: archive { tar in
                tar.addPax(records)
                tar.add("innocent", "x")
            })
        #expect(refusal != nil)
    }

    @Test(arguments: ["", "x", "9 a=b\n", "6 a=b\n7", "5 a=\n\n", "0 a=b\n", "6 ab\n\n", "6 =ab\n"])
    func `pax records that can't be read`(_ content: String) {
        let refusal = Unpacked.refusal(
            of: archive { tar in
                tar.add("PaxHeader", content, type: "x")
                tar.add("innocent", "x")
            })
        #expect((refusal == nil) == content.isEmpty, "\(refusal ?? "taken")")
    }

    @Test func `paths that are taken already`() {
        for (first, second) in [("a", "a"), ("a", "./a"), ("a", "a/b"), ("a/b", "a")] {
            let refusal = Unpacked.refusal(
                of: archive { tar in
                    tar.add(first, "1")
                    tar.add(second, "2")
                })
            #expect(refusal != nil, "\(first), \(second)")
        }
        let file = archive { tar in
            tar.add("a", "1")
            tar.add("a/", type: "5")
        }
        #expect(Unpacked.refusal(of: file) != nil)
    }

    @Test func `headers that contradict each other, or belong to nothing`() {
        let twice = archive { tar in
            tar.addPax([("path", "a")])
            tar.addPax([("path", "b")])
            tar.add("c")
        }
        #expect(Unpacked.refusal(of: twice)?.contains("contradicts") == true)
        #expect(Unpacked.refusal(of: archive { $0.addPax([("path", "a")]) }) != nil)
        let global = archive { tar in
            tar.addPax([("path", "all")], type: "g")
            tar.add("c")
        }
        #expect(Unpacked.refusal(of: global)?.contains("names all entries") == true)
        #expect(Unpacked.refusal(of: archive { $0.add("d/", "x", type: "5") }) != nil)
        let name: [UInt8] = [0x61, 0xFF]
        #expect(Unpacked.refusal(of: archive { $0.add(name: name, []) })?.contains("UTF-8") == true)
    }

    @Test func `input that is not tar, and damaged archives`() {
        #expect(
            Unpacked.refusal(of: [UInt8](repeating: 0x41, count: 2048))?.contains("not hold a tar")
                == true)
        #expect(
            Unpacked.refusal(of: archive { $0.add("a", magic: "") })?.contains("not hold a tar")
                == true
        )
        #expect(
            Unpacked.refusal(of: archive { $0.add("a", checksum: 1) })?.contains("checksum") == true
        )
        var builder = TarBuilder()
        builder.add("a", "b")
        #expect(Unpacked.refusal(of: builder.bytes) == ArchiveError.truncated.description)
        let lone = builder.bytes + [UInt8](repeating: 0, count: 512)
        #expect(Unpacked.refusal(of: lone) == ArchiveError.truncated.description)
        #expect(Unpacked.refusal(of: lone + builder.ended()) == ArchiveError.trailing.description)
        #expect(Unpacked.refusal(of: builder.ended() + [1]) == ArchiveError.trailing.description)
    }

    @Test func `limits count as it streams`() {
        let big = archive { $0.add("a", size: "77777777777") }
        #expect(Unpacked.refusal(of: big)?.contains("1048576 bytes") == true)
        let binary = archive { tar in
            tar.add("a", size: "\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}")
        }
        #expect(Unpacked.refusal(of: binary) != nil)
        let exact = archive { $0.add("a", String(repeating: "x", count: 1000)) }
        #expect(Unpacked.refusal(of: exact, limits: .init(bytes: 1512)) == nil)
        #expect(Unpacked.refusal(of: exact, limits: .init(bytes: 1511)) != nil)
        var limits = ArchiveLimits(bytes: 1 << 30)
        limits.entries = 20
        let many = archive { tar in for index in 0..<21 { tar.add("f\(index)") } }
        #expect(Unpacked.refusal(of: many, limits: limits)?.contains("more than 20") == true)
        let deep = archive { tar in
            for index in 0..<5 { tar.add("\(index)/a/b/c/d") }
        }
        #expect(Unpacked.refusal(of: deep, limits: limits)?.contains("more than 20") == true)
        let headers = archive { tar in for _ in 0..<30 { tar.addPax([], type: "g") } }
        #expect(Unpacked.refusal(of: headers, limits: .init(bytes: 10_000)) != nil)
        let long = archive { $0.add("L", String(repeating: "x", count: 300_000), type: "L") }
        #expect(Unpacked.refusal(of: long)?.contains("is a header of more") == true)
    }

    // MARK: Both

    @Test func `an archive cut short anywhere is known to be`() throws {
        var reader = TarReader(limits: ArchiveLimits(bytes: 1 << 20))
        for byte in sample {
            #expect(throws: ArchiveError.truncated) { try reader.finish() }
            var position = 0
            while try reader.next(in: [byte].span, at: &position) != nil {}
        }
        try reader.finish()
    }

    @Test func `damage of any kind is an error or another archive, never a trap`() throws {
        let seed: UInt64 = 0x7A12
        var random = SeededGenerator(seed: seed)
        let sample = self.sample
        for round in 0..<300 {
            var archive = sample
            for _ in 0...Int.random(in: 0..<6, using: &random) {
                let index = Int.random(in: 0..<archive.count, using: &random)
                archive[index] = UInt8.random(in: 0...255, using: &random)
                if round % 2 == 0 { Self.mendChecksum(&archive, at: index) }
            }
            let parts = Int.random(in: 1..<2000, using: &random)
            do throws(ArchiveError) {
                let unpacked = try Unpacked(archive, parts: parts)
                for path in unpacked.files.keys {
                    #expect(!path.hasPrefix("/") && !path.split(separator: "/").contains(".."))
                }
                #expect(unpacked.open == 0)
            } catch {
                #expect(!error.description.isEmpty, "seed \(seed)")
            }
        }
    }

    /// Corrects the checksum, so that damage in a header gets past it.
    private static func mendChecksum(_ archive: inout [UInt8], at index: Int) {
        let start = index / 512 * 512
        guard start + 512 <= archive.count, archive[start + 257] == UInt8(ascii: "u") else {
            return
        }
        for place in 148..<156 { archive[start + place] = 0x20 }
        let sum = archive[start..<start + 512].reduce(0) { $0 + Int($1) }
        let digits = String(sum, radix: 8).utf8
        let text = [UInt8](repeating: 0x30, count: 6 - digits.count) + digits + [0]
        archive.replaceSubrange(start + 148..<start + 155, with: text)
    }
}
