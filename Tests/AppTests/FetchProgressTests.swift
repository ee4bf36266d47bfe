// The progress of a download, as a terminal shows it.

import Testing

@testable import App

@Suite struct FetchProgressTests {
    @Test func `progress shows what is known`() {
        let second = Duration.seconds(2)
        #expect(
            FetchProgress.text(1 << 20, of: 4 << 20, after: second)
                == "  1.0 MiB of 4.0 MiB · 25 % · 512.0 KiB/s")
        #expect(FetchProgress.text(1024, of: nil, after: second) == "  1.0 KiB · 512 bytes/s")
        #expect(FetchProgress.text(0, of: 0, after: .zero) == "  0 bytes · 0 bytes/s")
    }
}
