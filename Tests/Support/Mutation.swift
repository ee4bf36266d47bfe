// Small changes of an input, like a fuzzer's, but blind; equal seeds give equal changes.

/// Changes bytes at random.
package enum Mutation {
    /// Makes one to four changes of at most `longest` bytes each; `splice` puts something from
    /// elsewhere at a range.
    package static func of(
        _ input: [UInt8], longest: Int, using random: inout SeededGenerator,
        splice: (inout [UInt8], Range<Int>, inout SeededGenerator) -> Void
    ) -> [UInt8] {
        var bytes = input
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            let end = min(bytes.count, place + Int.random(in: 0...longest, using: &random))
            switch Int.random(in: 0..<6, using: &random) {
            case 0 where place < bytes.count:
                bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1 where place < bytes.count:
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 2: bytes.removeSubrange(place..<end)
            case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 4: bytes.removeSubrange(place...)
            default: splice(&bytes, place..<end, &random)
            }
        }
        return bytes
    }
}
