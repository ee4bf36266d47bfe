// Which command the arguments mean, on each platform (docs/platforms.md 0): SageMaker passes
// `serve`; Lambda sets a variable, and passes a handler's name or no argument.

/// The arguments of the program, completed so that they begin with a command.
struct Call: Equatable {
    /// Commands that mean the same on every platform.
    private static let tools = ["predict", "inspect", "convert", "verify", "help", "healthcheck"]

    let arguments: [String]

    /// Whether it is for Lambda.
    var isLambda: Bool { arguments.first == Lambda.name }

    /// Whether it is for Lambda, with no argument but an optional handler's name.
    var isPlainLambda: Bool {
        isLambda && arguments.count <= 2 && arguments.dropFirst().allSatisfy { !$0.hasPrefix("-") }
    }

    /// Reads the arguments after the program's name; `isInLambda`: whether there is a Runtime API.
    init(_ arguments: [String], isInLambda: Bool) {
        let first = arguments.first ?? ""
        let asksForHelp = arguments.contains { ["--help", "-h", "--version"].contains($0) }
        if Self.tools.contains(first) || asksForHelp || first == Lambda.name {
            self.arguments = arguments
        } else if isInLambda {
            self.arguments = [Lambda.name] + arguments
        } else if first.isEmpty || first.hasPrefix("-") || first == Serve.name {
            self.arguments = arguments
        } else {
            // A handler's name: the Lambda handle, run locally.
            self.arguments = [Lambda.name] + arguments
        }
    }
}
