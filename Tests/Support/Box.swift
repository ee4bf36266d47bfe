// A place for what a closure finds out.

/// A value that a closure can set. One thread.
package final class Box<Value> {
    package var value: Value

    /// Holds a first value.
    package init(_ value: Value) { self.value = value }
}
