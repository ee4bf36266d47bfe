// The routes by which arrays come: they differ in what they take and in how they answer.

/// Where a request of arrays came.
enum TensorRoute: Sendable, Equatable {
    /// `/invocations` and events: any format, the answer by `Accept`.
    case any
    /// The Open Inference Protocol's: V2 only.
    case v2
    /// KServe V1's and TensorFlow Serving's: rows or columns.
    case v1
}
