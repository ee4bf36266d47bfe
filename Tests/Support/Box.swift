// A variable that a closure can set and the test can read.

/// A value that a closure can set. One thread.
package final class Box<Value> {
    package var value: Value

    /// Holds a first value.
    package init(_ value: Value) { self.value = value }
}
