// The processors that a cgroup may use, read from files in the kernel's format.

import Basics
import Glibc
import Testing

@testable import Runtime

@Suite struct ProcessorsTests {
    /// Writes files below a new folder, and removes them afterwards.
    private func with<Result>(
        _ files: [String: String], _ body: (String) throws -> Result
    ) throws -> Result {
        let root = "/tmp/amphora-cgroup-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
        let made = unsafe mkdir(root, 0o700)
        try #require(made == 0)
        unsafe mkdir("\(root)/cpu", 0o755)
        for (name, text) in files {
            let fd = unsafe open("\(root)/\(name)", O_WRONLY | O_CREAT, 0o600)
            let bytes = Array(text.utf8)
            let written = unsafe write(fd, bytes, bytes.count)
            close(fd)
            try #require(written == bytes.count)
        }
        defer {
            for name in files.keys { unsafe unlink("\(root)/\(name)") }
            unsafe rmdir("\(root)/cpu")
            unsafe rmdir(root)
        }
        return try body(root)
    }

    @Test(
        arguments: [
            ("max 100000\n", nil), ("100000 100000\n", 1), ("150000 100000\n", 2),
            ("50000 100000\n", 1), ("400000 100000", 4), ("-1 100000\n", nil), ("0 100000\n", nil),
            ("100000 0\n", nil), ("100000\n", nil), ("", nil), ("a b\n", nil),
            ("9223372036854775807 100000\n", 92_233_720_368_548), ("99999999999999999999 1\n", nil),
        ] as [(String, Int?)])
    func `version 2`(text: String, processors: Int?) throws {
        try with(["cpu.max": text]) { #expect(Processors.quota(root: $0) == processors) }
    }

    @Test(
        arguments: [
            ("-1\n", "100000\n", nil), ("250000\n", "100000\n", 3), ("100000\n", "100000\n", 1),
            ("x\n", "100000\n", nil), ("100000\n", "", nil),
        ] as [(String, String, Int?)])
    func `version 1`(quota: String, period: String, processors: Int?) throws {
        try with(["cpu/cpu.cfs_quota_us": quota, "cpu/cpu.cfs_period_us": period]) {
            #expect(Processors.quota(root: $0) == processors)
        }
    }

    @Test func `no files, or half of them, are no quota`() throws {
        #expect(Processors.quota(root: "/nonexistent") == nil)
        try with(["cpu/cpu.cfs_quota_us": "100000\n"]) {
            #expect(Processors.quota(root: $0) == nil)
        }
    }

    @Test func `there is always one`() { #expect(Processors.available >= 1) }

    @Test func `a folder, or bytes that are not text, are no small file`() throws {
        #expect(File.systemText(at: "/tmp") == nil)
        #expect(File.systemText(at: "/nonexistent") == nil)
        try with(["long": String(repeating: "x", count: 10_000)]) { root in
            #expect(File.systemText(at: "\(root)/long")?.utf8.count == 4096)
        }
    }
}
