// Which of several lists of class names holds, once the number of classes is known.
//
// The first one that fits. Where a list before it does not fit, or one behind it says otherwise, a
// notice says so. Reads nothing.

internal import Onnx

/// The labels of a model, and what was noticed on the way.
struct LabelChoice: Sendable, Equatable {
    let labels: Resolved<Labels>
    private(set) var warnings: [ModelWarning] = []

    /// Chooses among sources in the order of precedence. Throws `invalidSettings` where the numbers
    /// of the classes begin at 1, so that nothing says which class a name means.
    init(_ sources: [Resolved<Labels>], classes: Int) throws(ModelError) {
        let real = sources.filter { !$0.value.isPlaceholder }
        let ordered = real + sources.filter(\.value.isPlaceholder)
        let written = ordered.first.flatMap { $0.origin.file == Manifest.fileName ? $0 : nil }
        let fitting = ordered.first { $0.value.names.count == classes }
        guard let chosen = written ?? fitting ?? ordered.first else {
            labels = Resolved(.none, .default)
            return
        }
        labels = chosen
        if chosen.value.beginsAtOne, chosen.value.names.count != classes {
            throw .invalidSettings(
                file: chosen.origin.file ?? "the model",
                problems: [
                    "the classes are numbered from 1 to \(chosen.value.count), the model has "
                        + "\(classes); whether 1 is the first is a guess: number them from 0, or "
                        + "write a list"
                ])
        }
        for source in real where source.origin != chosen.origin {
            note(source, classes: classes)
        }
        warnings = warnings.map(\.onOneLine)
    }

    private mutating func note(_ source: Resolved<Labels>, classes: Int) {
        guard labels.origin.file != Manifest.fileName else { return }
        if source.value.names.count != classes {
            warnings.append(
                .notice(
                    "\(source.origin) has \(source.value.names.count) labels, the model \(classes) "
                        + "classes; \(labels.origin) is used"))
            return
        }
        guard
            let differing = (0..<classes).first(where: {
                source.value[$0] != labels.value[$0]
            })
        else { return }
        warnings.append(
            .notice(
                "\(labels.origin) and \(source.origin) name the classes differently (class "
                    + "\(differing): \(Self.quoted(labels.value[differing])) and "
                    + "\(Self.quoted(source.value[differing]))); \(labels.origin) decides"))
    }

    private static func quoted(_ label: Label) -> String {
        switch label {
        case .name(let name): "“\(name.prefix(60))”"
        case .index(let index): "\(index)"
        }
    }
}
