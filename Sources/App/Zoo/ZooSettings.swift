// What the settings say of a model that is fetched.

/// How a model's address is served.
struct ZooSettings: Sendable {
    /// `nil`: the model's name is that of a folder, or there is none.
    let address: ModelAddress?
    /// What the fetched file must have, in lower case.
    let sha256: String?
    /// Of the file, and of what is in it.
    let maxBytes: Int
    /// Where fetched models are kept.
    let temporaryFolder: String

    init(_ sources: SettingSources) throws(SettingError) {
        let name = try sources.value(of: Settings.modelName)
        if let name, ModelAddress.isAddress(name) {
            address = try ModelAddress(name)
        } else {
            address = nil
        }
        sha256 = try sources.value(of: Settings.modelSHA256)
        guard sha256 == nil || address != nil else {
            // Whoever gives it believes that the model is checked.
            throw SettingError(
                description: "--model-sha256 (MODEL_SHA256) checks a model that is fetched, and "
                    + "--model-name (MODEL_NAME) is no https:// or s3:// address")
        }
        maxBytes = try sources.value(of: Settings.modelMaxBytes)
        let folder = sources.environment["TMPDIR"] ?? ""
        temporaryFolder = folder.hasPrefix("/") ? folder : "/tmp"
    }
}
