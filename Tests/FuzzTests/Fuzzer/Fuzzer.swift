// The fuzzer: libFuzzer's entry point. It gives every input to the target that AMPHORA_FUZZ_TARGET
// names.
//
// Not part of the ordinary build; tools/fuzz.sh builds and runs it. libFuzzer provides `main`. A
// violated promise aborts the process, as a crash would, so that libFuzzer keeps the input.

import Glibc

private let target: FuzzTarget = {
    let name = unsafe getenv("AMPHORA_FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""
    guard let target = FuzzTarget.named(name) else {
        let names = FuzzTarget.all.map(\.name).joined(separator: ", ")
        fatalError("AMPHORA_FUZZ_TARGET is \"\(name)\"; expected one of \(names)")
    }
    return target
}()

/// Runs one input. Source: libFuzzer's documentation.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: count))
    do throws(Violation) {
        try target.run(bytes)
    } catch {
        fatalError("\(target.name): \(error)")
    }
    return 0
}
