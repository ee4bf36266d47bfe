// Defaults that differ between the two platforms.

internal import Runtime

/// Where the process runs.
package enum Platform: Sendable {
    case sageMaker, lambda

    /// The time a request may take.
    var requestTimeout: Duration {
        switch self {
        case .sageMaker: .seconds(59)
        // Each invocation has its own deadline; Lambda allows at most 900 s
        // (docs/platforms.md B11).
        case .lambda: .seconds(900)
        }
    }

    /// The number of processors for workers.
    func processors(_ environment: [String: String]) -> Int {
        guard self == .lambda,
            let memory = environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"].flatMap({ Int($0) }),
            memory > 0
        else { return Processors.available }
        return min(Processors.available, Self.processors(megabytes: memory))
    }

    /// The processors that a function's memory pays for, rounded up: one for 1769 MB
    /// (docs/platforms.md B10).
    static func processors(megabytes: Int) -> Int {
        megabytes / 1769 + (megabytes % 1769 == 0 ? 0 : 1)
    }
}
