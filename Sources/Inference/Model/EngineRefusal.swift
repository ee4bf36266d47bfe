// Why an engine refuses a model, where the model's file shows it: versions that are too new, and
// operators that the engine does not have.
//
// It is asked only after the engine has refused, and so can be wrong about nothing that is served.

internal import Onnx

extension ModelError {
    /// The same error with a reason and a remedy, if the file shows them. `limits`: those of the
    /// engine that refused it; `nil` if they are not known. `path` names the file.
    func explained(
        by outline: GraphOutline, _ limits: EngineLimits?, path: String
    ) -> ModelError {
        guard case .engineFailed(let message) = self, let limits else { return self }
        let refusal = EngineRefusal(outline: outline, limits: limits)
        guard
            let reason = refusal.newerVersions ?? refusal.unknownOperator(in: message)
                ?? refusal.unknownAttribute(in: message)
        else { return self }
        return .unsupported("\(path) \(reason)")
    }
}

/// A model that an engine has refused.
private struct EngineRefusal {
    let outline: GraphOutline
    let limits: EngineLimits

    /// What is newer than the engine, and what to do; `nil` if nothing is.
    var newerVersions: String? {
        var found: [String] = []
        var known: [String] = []
        var remedies: [String] = []
        if outline.irVersion > limits.irVersion {
            found.append("IR version \(outline.irVersion)")
            known.append("IR version \(limits.irVersion)")
            remedies.append("set ir_version = \(limits.irVersion) in it with the onnx package")
        }
        for (domain, version) in outline.opsets.sorted(by: { $0.key < $1.key }) {
            guard let newest = limits.opsets[domain], version > newest else { continue }
            let isOwn = domain.isEmpty || domain == "ai.onnx"
            let name = isOwn ? "opset" : "version"
            let of = isOwn ? "" : " of \"\(domain)\""
            found.append("\(name) \(version)\(of)")
            known.append("\(name) \(newest)\(of)")
            if isOwn { remedies.insert("export it with opset_version=\(newest)", at: 0) }
        }
        guard !found.isEmpty else { return nil }
        if remedies.isEmpty { remedies = ["export it with an older version of its exporter"] }
        return
            "is of \(found.joined(separator: " and ")), and this engine, \(limits.engine), reads "
            + "up to \(known.joined(separator: " and ")): \(remedies.joined(separator: " and ")), "
            + "or serve it with a newer engine"
    }

    /// The attribute that an operator does not have in the file's opset: usually the version was
    /// changed, and not the graph.
    func unknownAttribute(in message: String) -> String? {
        for node in outline.nodes where message.contains("for operator \(node.operation)") {
            for name in node.attributes.keys.sorted()
            where message.contains("Unrecognized attribute: \(name) for") {
                let set = node.isStandard ? "opset" : "\"\(node.domain)\""
                let version = outline.opsets[node.isStandard ? "" : node.domain] ?? 0
                return "says \(set) \(version), in which the operator \"\(node.operation)\" has "
                    + "no attribute \"\(name)\": export it again with that opset_version, or "
                    + "convert it with onnx.version_converter"
            }
        }
        return nil
    }

    /// The operator that the engine does not have. Its message names one without its domain or its
    /// version, so the file's own operators are looked for in it.
    func unknownOperator(in message: String) -> String? {
        for node in outline.nodes where !outline.functions.contains(node.operation) {
            let domain = node.isStandard ? "" : node.domain
            let name = "the operator \"\(node.operation)\""
            guard let newest = limits.opsets[domain] else {
                // It may be one of a library, and something else be wrong.
                guard message.contains("\(domain):\(node.operation)(") else { continue }
                return "uses \(name) of \"\(domain)\", a domain that \(limits.engine) does not "
                    + "know: --custom-ops names the library that has it, or export it without it"
            }
            if message.contains("No Op registered for \(node.operation) ")
                || message.contains("\(node.domain):\(node.operation)(")
            {
                let version = outline.opsets[domain].map { " \($0)" } ?? ""
                let which =
                    domain.isEmpty ? "opset\(version)" : "version\(version) of \"\(domain)\""
                return "uses \(name), which is not in \(which) as \(limits.engine) knows it, up to "
                    + "\(newest): export it without that operator, or with another version"
            }
            if message.contains("implementation for \(node.operation)(") {
                return "uses \(name) with element types for which \(limits.engine) has no "
                    + "implementation on a CPU: export it in float32"
            }
        }
        return nil
    }
}
