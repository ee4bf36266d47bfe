// A tensor counts its elements.

import Tensors
import Testing

@Suite struct TensorTests {
    @Test func elementsAreCountedByTheirSize() {
        let halves = Tensor(
            element: .float16, shape: [2, 3], values: .bytes([UInt8](repeating: 0, count: 12)))
        #expect(halves.count == 6)
        let words = Tensor(element: .string, shape: [], values: .strings([Array("a".utf8)]))
        #expect(words.count == 1)
    }
}
