// The settings that choose the model: a folder, the name of one, or an address.

package import Basics

/// Which model is served.
package struct ModelStoreSettings: SettingGroup {
    /// The model folder; searched first.
    package var modelPath = "/opt/ml/model"
    /// A folder of the zoo, or an address.
    package var modelName: String?
    /// What the model is called; `nil`: as its folder.
    package var servedName: String?
    /// The folder of model folders in which a name is looked up.
    package var zoo = "/opt/models"
    /// The digest that a fetched file must have, in lower case.
    package var sha256: String?
    /// The limit on a fetched file, and on its unpacked contents.
    package var maxBytes = 2_147_483_648
    /// The parsed name if it is an address; `nil` if it names a folder or is absent.
    package private(set) var address: ModelAddress?
    /// Where fetched models are kept.
    package private(set) var temporaryFolder = "/tmp"

    /// The options that choose a model.
    package static let pathOption = "model-path"
    package static let nameOption = "model-name"

    /// The defaults.
    package init() {}

    /// Reads the name as an address if it is one, and takes `TMPDIR`. Throws if the address can't be
    /// used, or if a digest is given for a model that is not fetched.
    package mutating func complete(from sources: SettingSources) throws(InputError) {
        if let name = modelName, ModelAddress.isAddress(name) { address = try ModelAddress(name) }
        guard sha256 == nil || address != nil else {
            // The person who sets it relies on the check.
            throw InputError(
                "--model-sha256 (MODEL_SHA256) checks a model that is fetched, but "
                    + "--model-name (MODEL_NAME) is not an https:// or s3:// address")
        }
        let folder = sources.environment["TMPDIR"] ?? ""
        if folder.hasPrefix("/") { temporaryFolder = folder }
    }

    package mutating func declare(in table: SettingTable) throws(InputError) {
        try table.setting(
            Self.pathOption, &modelPath, .text("the path of a folder", placeholder: "folder"),
            help: "The model folder; searched first.")
        try table.setting(
            Self.nameOption, &modelName,
            .text(
                "the name of a folder in the zoo, or the address of a model", placeholder: "name"),
            aliases: [Alias("MODEL_NAME")], standard: "none",
            help: """
                The model to serve if the model folder is missing or empty: a folder of the zoo, or an \
                https:// or s3:// address of a .tar.gz or .onnx file, which is fetched at the start.
                """)
        try table.setting(
            "served-name", &servedName, .modelName, standard: "the name of the model's folder",
            help: "What clients of /v1 and /v2 call the model.")
        try table.setting(
            "zoo", &zoo, .text("the path of a folder", placeholder: "folder"),
            help: "The folder of model folders that --model-name chooses from.")
        try table.setting(
            "model-sha256", &sha256, .sha256, aliases: [Alias("MODEL_SHA256")], standard: "none",
            help: "The SHA-256 that the fetched file must have; any other file is refused.")
        try table.setting(
            "model-max-bytes", &maxBytes, .bytes(1...1_099_511_627_776),
            help: "The largest model to fetch; the limit holds for the file and for its contents.")
    }
}

extension SettingKind where Value == String {
    /// The name of a model, as a part of a path.
    fileprivate static var modelName: Self {
        SettingKind(
            takes: "1 to 255 letters, digits and “-_.”", placeholder: "name",
            parse: { text in
                let isName = text.unicodeScalars.allSatisfy { scalar in
                    scalar.isASCII
                        && (scalar.properties.isAlphabetic
                            || "0123456789-_.".unicodeScalars.contains(scalar))
                }
                return isName && (1...255).contains(text.utf8.count) && text != "." && text != ".."
                    ? text : nil
            })
    }
}
