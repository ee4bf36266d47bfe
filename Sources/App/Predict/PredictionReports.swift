// How `amphora predict` shows results: lines of JSON for machines, a table with bars for people.

internal import Basics
internal import Inference
internal import Serving

/// One JSON object for each picture, on a line of its own, as `/invocations` answers it.
final class JSONReport: PredictionReport {
    func add(_ item: Item, _ result: Result<[Prediction], Failure>) {
        let json =
            switch result {
            case .success(let predictions): Answer.result(of: item, predictions)
            case .failure(let failure): Answer.failure(of: item, failure)
            }
        print(String(decoding: json, as: UTF8.self))
    }
}

/// A table: picture, label, bar, probability.
final class TableReport: PredictionReport {
    private static let barWidth = 24
    private static let columnWidths = 4...32
    private let nameWidth: Int
    private let labelWidth: Int
    private let labelsPerPicture: Int?

    /// Prints the heading. Columns are as wide as their longest text, within `columnWidths`.
    init(_ loaded: LoadedClassifier, pictures: [String], labelsPerPicture: Int?) {
        self.labelsPerPicture = labelsPerPicture
        nameWidth = Self.width(pictures.map(Self.shortName))
        labelWidth = Self.width(loaded.model.answers.labels.value.names)
        print("\(loaded.path) · \(loaded.model.classes) classes · \(loaded.model.engine)\n")
    }

    func add(_ item: Item, _ result: Result<[Prediction], Failure>) {
        let name = Self.column(Self.shortName(item.echo ?? ""), nameWidth)
        switch result {
        case .failure(let failure): print("\(name)  ✗ \(failure.sentence)")
        case .success(let predictions):
            for (index, prediction) in predictions.prefix(labelsPerPicture ?? .max).enumerated() {
                let first = index == 0 ? name : String(repeating: " ", count: nameWidth)
                print("\(first)  \(row(prediction))")
            }
            if labelsPerPicture == nil { print("") }
        }
    }

    private func row(_ prediction: Prediction) -> String {
        let bar = Self.bar(Double(prediction.probability))
        let percent = Self.percent(prediction.probability)
        return "\(Self.column(prediction.label.text.onOneLine(), labelWidth))  \(bar)  \(percent)"
    }

    private static func width(_ texts: [String]) -> Int {
        let longest = texts.lazy.map(\.count).max() ?? 0
        return min(max(longest, columnWidths.lowerBound), columnWidths.upperBound)
    }

    /// A bar in eighths of a character.
    static func bar(_ share: Double) -> String {
        let eighths = Int((min(max(share, 0), 1) * Double(8 * barWidth)).rounded())
        let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        let filled = String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
        return column(filled, barWidth)
    }

    /// " 99.5 %".
    static func percent(_ probability: Float) -> String {
        let tenths = Int((Double(probability) * 1000).rounded())
        let text = "\(tenths / 10).\(tenths % 10) %"
        return String(repeating: " ", count: max(0, 7 - text.count)) + text
    }

    /// Text in a column: padded, or cut at its beginning, with an ellipsis.
    private static func column(_ text: String, _ width: Int) -> String {
        guard text.count > width else {
            return text + String(repeating: " ", count: width - text.count)
        }
        return "…" + text.suffix(width - 1)
    }

    /// The last part of a path or URI, without its query.
    private static func shortName(_ name: String) -> String {
        let path = name.prefix { $0 != "?" && $0 != "#" }
        return path.contains { $0 != "/" } ? Path.name(of: path) : name
    }
}
