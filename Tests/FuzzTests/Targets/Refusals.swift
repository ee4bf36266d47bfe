// Checks that the product's refusals can be read by a person.

import Onnx

@testable import Inference

/// The result of `body`, or `nil` where it refuses. Throws unless a person can read the refusal.
func unlessRefused<Value>(
    _ body: () throws(ModelError) -> Value
) throws(Violation) -> Value? {
    let refusal: ModelError
    do throws(ModelError) {
        return try body()
    } catch {
        refusal = error
    }
    guard case .invalidSettings(let file, let problems) = refusal else {
        try requireReadable(refusal.description)
        return nil
    }
    try require(!problems.isEmpty, "settings are refused without a problem")
    for problem in problems {
        try requireReadable(
            ModelError.invalidSettings(file: file, problems: [problem]).description)
    }
    return nil
}
