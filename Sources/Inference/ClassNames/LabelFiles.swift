// Finds the files that name the classes, and reads those that have a known name.
//
// Several may lie in a folder: they are read in a fixed order, and `LabelChoice` compares them once
// the number of classes is known. A file that only looks as if it named classes is mentioned.

internal import Basics
internal import Onnx

/// What the label files of some folders say.
struct LabelFiles: Sendable, Equatable {
    /// Names of files without ending, lowercase, `-` as `_`; the first one decides.
    private static let stems = [
        "labels", "synset", "classes", "class_names", "label", "classnames", "class_name",
        "class_labels", "label_list", "labels_list", "labelmap", "label_map", "labels_map", "names",
        "categories", "class_indices", "index_to_name", "idx_to_class", "class_to_idx", "id2label",
        "idx2label", "id_to_label", "index_to_label", "label2id", "label_to_id", "class2idx",
        "idx2class", "class_index", "class_map", "synset_words", "imagenet_class_index",
        "imagenet_classes", "imagenet_labels", "imagenet1k_label_list",
    ]
    private static let endings = [".txt", ".json", ".names", ".yaml", ".yml"]
    /// Teachable Machine's, and the data set of Ultralytics: names among other things.
    private static let mixed = ["metadata.json", "data.yaml"]
    /// More than anyone keeps beside a model.
    private static let fileLimit = 64

    /// In the order of precedence.
    private(set) var sources: [Resolved<Labels>] = []
    private(set) var warnings: [ModelWarning] = []

    /// No files.
    init() {}

    /// Reads the label files of some folders. Throws `unreadable`, or `invalidSettings` where the
    /// file that comes first is damaged.
    init(in folders: NoteFolders) throws(ModelError) {
        var files = folders.folders.flatMap { folder in
            Self.known(folder.names).map { (folder.path(of: $0), folder.prefix + $0) }
        }
        if let name = Self.tritonLabels(folders), let path = folders.path(of: name) {
            files.insert((path, name), at: 0)
        }
        for (path, name) in files.prefix(Self.fileLimit) where File.kind(of: path) == .file {
            if sources.contains(where: { $0.origin == .file(name) }) { continue }
            do throws(ModelError) {
                let bytes = try ModelError.reading { () throws(InputError) in
                    try File.contents(of: path, limit: Labels.sizeLimit)
                }
                if Self.mixed.contains(name), !Self.mentionsNames(bytes) { continue }
                sources.append(Resolved(try Labels(bytes, file: path), .file(name)))
            } catch {
                // What lies behind a file that decides is only mentioned.
                guard !sources.isEmpty else { throw error }
                warnings.append(.notice("\(error); it is not used"))
            }
        }
        if sources.isEmpty { mentionStrangers(in: folders) }
    }

    /// The `label_filename` of Triton's `config.pbtxt`, if it names one in plain words.
    private static func tritonLabels(_ folders: NoteFolders) -> String? {
        guard let path = folders.path(of: "config.pbtxt") else { return nil }
        do throws(InputError) {
            let bytes = try File.contents(of: path, limit: 1 << 20)
            let text = String(decoding: bytes, as: UTF8.self)
            for line in text.split(whereSeparator: \.isNewline) {
                let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
                let key = parts[0].filter { !$0.isWhitespace }
                if parts.count == 3, key == "label_filename:" { return String(parts[1]) }
            }
        } catch {
            // Triton's own settings are not ours to check.
        }
        return nil
    }

    private static func known(_ names: [String]) -> [String] {
        var found: [(rank: Int, name: String)] = []
        for name in names {
            if mixed.contains(name) { found.append((stems.count, name)) }
            let lowercase = name.lowercased()
            guard let ending = endings.firstIndex(where: lowercase.hasSuffix),
                let stem = stems.firstIndex(
                    of: String(
                        lowercase.dropLast(endings[ending].count).map {
                            $0 == "-" || $0 == " " ? "_" : $0
                        }))
            else { continue }
            found.append((stem * endings.count + ending, name))
        }
        return found.sorted { ($0.rank, $0.name) < ($1.rank, $1.name) }.map(\.name)
    }

    /// Whether a file that holds more than names has names at all.
    private static func mentionsNames(_ bytes: [UInt8]) -> Bool {
        let text = String(decoding: bytes.prefix(1 << 16), as: UTF8.self)
        return ["\"labels\"", "names:"].contains { text.contains($0) }
    }

    private mutating func mentionStrangers(in folders: NoteFolders) {
        let strangers = folders.folders.flatMap { folder in
            folder.names.filter(Self.looksLikeLabels).map { folder.prefix + $0 }
        }
        for name in strangers.prefix(4) {
            warnings.append(
                .notice(
                    "\(name) may name the classes, but is not read; \"labels\" in "
                        + "\(Manifest.fileName) may name a list of labels in text or JSON"))
        }
    }

    private static func looksLikeLabels(_ name: String) -> Bool {
        let lowercase = name.lowercased()
        return ["label", "class", "synset", "categor"].contains(where: lowercase.contains)
            && [".txt", ".json", ".csv", ".tsv", ".pbtxt", ".pkl", ".npy", ".xml", ".names"]
                .contains(where: lowercase.hasSuffix)
    }
}
