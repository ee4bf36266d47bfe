// The kinds of models that are served.

/// The kinds of models.
package enum ModelKind: String, Sendable, CaseIterable {
    /// A picture in, labels out.
    case labels
    /// Arrays in, arrays out.
    case tensors
}
