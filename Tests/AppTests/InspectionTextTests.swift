// Numbers as `amphora inspect` writes them.

import Testing

@testable import App

@Suite struct InspectionTextTests {
    @Test(arguments: [
        (0, "0"), (999, "999"), (1000, "1,000"), (25_557_032, "25,557,032"), (-1234, "-1,234"),
        (Int.max, "9,223,372,036,854,775,807"),
    ])
    func `thousands are grouped`(number: Int, text: String) {
        #expect(TerminalText.grouped(number) == text)
    }

    @Test(arguments: [
        (0, "0 bytes"), (1023, "1023 bytes"), (1024, "1.0 KiB"), (1_572_864, "1.5 MiB"),
        (Int.max, "8388608.0 TiB"),
    ])
    func `sizes have the unit that fits`(bytes: Int, text: String) {
        #expect(TerminalText.size(bytes) == text)
    }
}
