// Settings of the inference engine, and limits on pictures.

package import Basics

/// How a model is loaded and run.
package struct InferenceSettings: SettingGroup {
    /// `nil`: the library beside the executable.
    package var engineLibrary: String?
    /// The engine's threads within one inference; `nil`: the platform's choice.
    package var threads: Int?
    /// The limit on width times height of a picture.
    package var maxPixels = 64_000_000
    /// Whether a model about which something must be guessed is refused.
    package var strict = false
    /// Libraries of operators that the engine does not have, in the order in which they are opened.
    package var operatorLibraries: [String] = []
    /// Labels in an answer; `nil`: the model folder decides.
    package var topK: Int?

    /// The option for the number of labels in an answer.
    package static let topKOption = "top-k"

    /// The defaults.
    package init() {}

    package mutating func declare(in table: SettingTable) throws(InputError) {
        try table.setting(
            "engine-library", &engineLibrary,
            .text("the path of a library", placeholder: "file"),
            standard: "beside the executable", help: "The inference engine's shared library.")
        try table.setting(
            "threads", &threads, .integer(1...512),
            standard: "1; in Lambda with one invocation at a time, as many as workers",
            help: "The engine's threads for one inference.")
        try table.setting(
            "max-image-pixels", &maxPixels, .integer(1...1_000_000_000),
            help: "The largest picture in pixels, width times height.")
        try table.setting(
            "strict", &strict, .flag,
            help: "Refuse a model about which something must be guessed, instead of warning.")
        try table.setting(
            "custom-ops", &operatorLibraries,
            .list("paths of libraries with commas between them", placeholder: "files"),
            standard: "none",
            help: """
                Libraries of operators that the engine does not have, such as onnxruntime-extensions', \
                opened in this order.
                """)
        try table.setting(
            Self.topKOption, &topK, .integer(1...1000), standard: "the model folder's, else 5",
            help: "The number of labels in an answer, unless the request says otherwise.")
    }
}
