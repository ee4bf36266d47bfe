// Small changes of an input, as a fuzzer makes them; blind, but the same for a seed.

import TestSupport

/// Changes bytes at random.
enum Mutation {
    /// One to four changes; `others` are inputs to splice with.
    static func of(
        _ bytes: [UInt8], others: [[UInt8]], using random: inout SeededGenerator
    ) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            let end = min(bytes.count, place + Int.random(in: 0...16, using: &random))
            switch Int.random(in: 0..<6, using: &random) {
            case 0 where place < bytes.count:
                bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1 where place < bytes.count:
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 2: bytes.removeSubrange(place..<end)
            case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 4: bytes.removeSubrange(place...)
            default:
                guard let other = others.randomElement(using: &random), !other.isEmpty else {
                    break
                }
                let start = Int.random(in: 0..<other.count, using: &random)
                let length = Int.random(in: 1...32, using: &random)
                bytes.replaceSubrange(place..<end, with: other[start...].prefix(length))
            }
        }
        return bytes
    }
}
