// An upload alone, with the test in libcurl's place: the calls on each side, and their order.

import Testing

@testable import Runtime

@Suite struct UploadTests {
    /// An upload, and the calls that it made.
    private final class Probe {
        private(set) var wakeCount = 0
        private(set) var drainedCount = 0
        private(set) var upload: Upload!

        init() {
            upload = Upload(
                id: TransferID(number: 1), wake: { [unowned self] _ in wakeCount += 1 },
                drained: { [unowned self] _ in drainedCount += 1 })
        }

        /// Reads as libcurl does.
        func read(_ room: Int = 16_384) -> Upload.Portion { upload.read(upTo: room) { _ in } }

        func send(_ count: Int) { upload.send([UInt8](repeating: 1, count: count)) }
    }

    @Test func `libcurl is woken once after a pause, and not without one`() {
        let probe = Probe()
        probe.send(10)
        #expect(probe.wakeCount == 0)
        #expect(probe.read() == .bytes(10))
        #expect(probe.read() == .pause)
        probe.send(1)
        probe.send(1)
        #expect(probe.wakeCount == 1)
        #expect(probe.read() == .bytes(2))
        // The end wakes libcurl, too, and so does a socket that is readable.
        #expect(probe.read() == .pause)
        probe.upload.socketIsReady()
        #expect(probe.wakeCount == 2)
        #expect(probe.read() == .pause)
        probe.upload.end()
        #expect(probe.wakeCount == 3)
        #expect(probe.read() == .end)
        probe.upload.socketIsReady()
        #expect(probe.wakeCount == 3)
    }

    @Test func `room is reported once, below the lower mark`() {
        let probe = Probe()
        probe.send(TransferLimits.uploadHighBytes)
        #expect(!probe.upload.isCongested)
        probe.send(1)
        #expect(probe.upload.isCongested)
        let between = TransferLimits.uploadHighBytes - TransferLimits.uploadLowBytes + 1
        #expect(probe.read(between) == .bytes(between))
        #expect(!probe.upload.isCongested && probe.drainedCount == 0)
        #expect(probe.read(1) == .bytes(1))
        #expect(probe.read(1) == .bytes(1))
        #expect(probe.drainedCount == 1)
    }

    @Test func `room is not reported after the end`() {
        let probe = Probe()
        probe.send(TransferLimits.uploadHighBytes + 1)
        probe.upload.end()
        #expect(probe.read(.max) == .bytes(TransferLimits.uploadHighBytes + 1))
        #expect(probe.read() == .end)
        #expect(probe.drainedCount == 0)
    }

    @Test func `it begins again while its first byte is there and its end is not known`() {
        let probe = Probe()
        probe.send(TransferLimits.replayedBytes)
        #expect(probe.read(.max) == .bytes(TransferLimits.replayedBytes))
        #expect(probe.read() == .pause)
        #expect(probe.upload.begin())
        #expect(probe.read(.max) == .bytes(TransferLimits.replayedBytes))
        probe.upload.end()
        #expect(probe.read() == .end)
        // This easy has read the end; another one can begin.
        #expect(!probe.upload.begin())
        #expect(probe.upload.rewind())
        #expect(probe.read(.max) == .bytes(TransferLimits.replayedBytes))
    }

    @Test func `it does not begin again once bytes are gone`() {
        let probe = Probe()
        probe.send(TransferLimits.replayedBytes + 1)
        #expect(probe.read(.max) == .bytes(TransferLimits.replayedBytes + 1))
        #expect(!probe.upload.begin() && !probe.upload.rewind())
    }

    @Test func `an upload with a bad trailer fails, and takes no more`() {
        let probe = Probe()
        probe.send(1)
        probe.upload.end(trailers: [("A", "b\r\nc")])
        #expect(probe.upload.failure == .badHeader(name: "A"))
        probe.send(1)
        probe.upload.end()
        #expect(probe.upload.failure == .badHeader(name: "A"))
        #expect(probe.read() == .failure)
    }

    @Test func `nothing happens after the close`() {
        let probe = Probe()
        probe.send(1)
        #expect(probe.upload.isOpen)
        probe.upload.close()
        probe.send(1)
        #expect(!probe.upload.isOpen && probe.upload.storage == 0)
        #expect(probe.read() == .failure)
        #expect(!probe.upload.begin() && !probe.upload.rewind())
        #expect(probe.wakeCount == 0)
    }

    @Test func `a body that is there already ends by itself`() {
        let upload = Upload(id: TransferID(number: 1), whole: [1, 2, 3])
        #expect(upload.length == 3)
        upload.send([4])
        #expect(upload.read(upTo: 10) { _ in } == .bytes(3))
        #expect(upload.read(upTo: 10) { _ in } == .end)
        #expect(upload.rewind())
        #expect(upload.read(upTo: 10) { _ in } == .bytes(3))
    }
}
