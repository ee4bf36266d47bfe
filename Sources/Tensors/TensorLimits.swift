// What the arrays of one request may come to, and the arithmetic of sizes that hostile shapes can't
// overflow.

/// The limits of a request's arrays.
package struct TensorLimits: Sendable, Equatable {
    /// The room that all arrays of one request may take, in bytes; a string takes 16 beside its text.
    package var bytes = 256 << 20
    /// The most dimensions of an array: nesting in JSON is as deep.
    package var rank = 32

    /// What a string takes beside its text.
    static let stringOverhead = 16

    /// The usual limits.
    package init(bytes: Int = 256 << 20) { self.bytes = bytes }

    var fault: TensorFault {
        .tooLarge("the arrays of a request take more than the \(bytes) bytes that are allowed")
    }
}

extension [Int] {
    /// The number of elements that a shape has room for; `nil` if a length is negative, or if the
    /// number is too large for the machine.
    package var elementCount: Int? {
        // A zero makes the others harmless only if they are read first.
        guard allSatisfy({ $0 >= 0 }) else { return nil }
        guard !contains(0) else { return 0 }
        var count = 1
        for length in self {
            let (product, overflow) = count.multipliedReportingOverflow(by: length)
            guard !overflow else { return nil }
            count = product
        }
        return count
    }
}
