// Which of transformers' implementations of an image processor a folder means.
//
// Version 4 resized with Pillow, but its classes that end in `Fast` with torchvision. Version 5 loads
// every folder with torchvision. The version that wrote the folder is the one that its owner
// measured with, so it decides; docs/transformers.md has the whole rule.

internal import Basics

/// One implementation of an image processor.
struct ProcessorEdition: Sendable, Equatable {
    /// A line of releases of transformers, with common defaults.
    enum Release: Sendable { case four, five }

    let release: Release
    /// `pillow` or `torchvision`.
    let library: Preprocessing.ResizeLibrary

    /// Version 4's classes without `Fast`, of which several know fewer keys.
    var isSlow: Bool { release == .four && library == .pillow }
}

/// An implementation, and what decided it.
struct ProcessorChoice: Sendable, Equatable {
    let edition: ProcessorEdition
    let origin: Origin
    /// What a person should know about the decision.
    let warning: ModelWarning?

    /// Decides from a processor's file, from the version in the folder's files, and from
    /// `amphora.json`, which comes first.
    init(
        _ root: ManifestReader.Object, file: String, version: Resolved<String>?,
        wanted: Preprocessing.ResizeLibrary?
    ) {
        let isFast = Self.typeName(root)?.value.hasSuffix("Fast") ?? false
        let release = version.flatMap { Self.release($0.value) }
        switch (wanted, release) {
        case (.pillow?, _):
            self.init(release ?? .five, .pillow, Self.written, nil)
        case (.torchvision?, _):
            self.init(isFast ? release ?? .four : .five, .torchvision, Self.written, nil)
        case (_, .five?):
            self.init(.five, .torchvision, version?.origin ?? .default, nil)
        case (_, .four?) where !isFast:
            self.init(
                .four, .pillow, version?.origin ?? .default,
                .notice(Self.difference("\(version?.origin.file ?? file) is of transformers 4")))
        default:
            self.init(unversioned: root, file: file)
        }
    }

    /// Decides without a version: by marks that only version 4 left, else as version 5 does.
    private init(unversioned root: ManifestReader.Object, file: String) {
        func key(_ name: String) -> Origin { .key(root.path(of: name), in: file) }
        let type = Self.typeName(root)
        if let type, type.value.hasSuffix("Fast") {
            self.init(.four, .torchvision, key(type.key), nil)
        } else if let type, type.value.hasSuffix("FeatureExtractor") {
            self.init(
                .four, .pillow, key(type.key),
                .notice(Self.difference("\(file) names a feature extractor of transformers 4")))
        } else if root.values["resample"]?.integer(4...5) != nil {
            self.init(.four, .pillow, key("resample"), nil)
        } else {
            self.init(
                .five, .torchvision, .default,
                .guess(
                    "\(file): no file says which transformers wrote it; pictures are resized with "
                        + "torchvision, as transformers 5 does, while transformers 4 used Pillow: "
                        + "\(Self.remedy(.torchvision)) in \(Manifest.fileName) settles it, or "
                        + "\"pillow\" there"))
        }
    }

    private init(
        _ release: ProcessorEdition.Release, _ library: Preprocessing.ResizeLibrary,
        _ origin: Origin, _ warning: ModelWarning?
    ) {
        edition = ProcessorEdition(release: release, library: library)
        self.origin = origin
        self.warning = warning
    }

    private static let written = Origin.key("preprocess.resize.library", in: Manifest.fileName)

    private static func difference(_ evidence: String) -> String {
        "\(evidence), so pictures are resized with Pillow; transformers 5 loads the same folder with "
            + "torchvision, which differs by a level here and there: "
            + "\(remedy(.torchvision)) in \(Manifest.fileName) does so too"
    }

    private static func remedy(_ library: Preprocessing.ResizeLibrary) -> String {
        #"{"preprocess": {"resize": {"library": "\#(library.rawValue)"}}}"#
    }

    /// The class that a file names, under either of its keys.
    private static func typeName(
        _ root: ManifestReader.Object
    ) -> (key: String, value: String)? {
        for key in HuggingFaceProcessor.typeKeys {
            if case .string(let type)? = root.values[key] { return (key, type) }
        }
        return nil
    }

    /// `nil` for what is no version.
    private static func release(_ version: String) -> ProcessorEdition.Release? {
        version.split(separator: ".").first.flatMap { Int($0) }.map { $0 >= 5 ? .five : .four }
    }
}
