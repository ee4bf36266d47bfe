// What the arrays of one request may come to, and the arithmetic of sizes that hostile shapes can't
// overflow.

/// The limits of a request's arrays.
package struct TensorLimits: Sendable, Equatable {
    /// The room that all arrays of one request may take, in bytes; a string takes 64 beside its text.
    package var bytes = 256 << 20
    /// The most dimensions of an array: nesting in JSON is as deep.
    package var rank = 32

    /// What a string takes beside its text.
    static let stringOverhead = 64

    /// The usual limits.
    package init(bytes: Int = 256 << 20) { self.bytes = bytes }

    var fault: TensorFault {
        .tooLarge("the arrays of a request take more than the \(bytes) bytes that are allowed")
    }
}

extension [Int] {
    /// The number of elements that a shape has room for; `nil` if a length is negative, or if the
    /// lengths other than 0 are too large for the machine together, as numpy refuses them: strides of
    /// an empty array overflow like those of another.
    package var elementCount: Int? {
        guard allSatisfy({ $0 >= 0 }) else { return nil }
        var count = 1
        for length in self where length > 0 {
            let (product, overflow) = count.multipliedReportingOverflow(by: length)
            guard !overflow else { return nil }
            count = product
        }
        return contains(0) ? 0 : count
    }
}
