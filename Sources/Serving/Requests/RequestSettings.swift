// The settings of how requests are read.

package import Basics

/// How requests are read.
package struct RequestSettings: SettingGroup {
    /// A prefix that is removed from the paths of requests.
    package var basePath = BasePath.none
    /// The most pictures one JSON request may name.
    package var maxItems = 10_000
    /// The Accept field of requests that have none.
    package var defaultAccept = "*/*"

    /// The defaults.
    package init() {}

    package mutating func declare(in table: SettingTable) throws(InputError) {
        try table.setting(
            "base-path", &basePath, .basePath, aliases: [Alias("AWS_LWA_REMOVE_BASE_PATH")],
            standard: "/",
            help: """
                A path prefix that an API's custom domain or a proxy leaves on request paths; it is \
                removed. Paths without it work too.
                """)
        try table.setting(
            "max-items", &maxItems, .integer(1...1_000_000),
            help: "The most pictures one JSON request may name (JSON lines have no such limit).")
        try table.setting(
            "default-accept", &defaultAccept, .answerTypes,
            aliases: [Alias("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT")],
            help: "The Accept field of requests that have none.")
    }
}

extension SettingKind where Value == BasePath {
    /// A prefix of paths.
    static var basePath: Self {
        SettingKind(
            takes: "a path like /models/digits", placeholder: "path", parse: { BasePath($0) })
    }
}

extension SettingKind where Value == String {
    /// Media ranges, at least one of which matches an answer: without one, every request would be
    /// refused.
    fileprivate static var answerTypes: Self {
        let names = [BodyKind.json, .jsonLines].flatMap(\.answerNames)
        return SettingKind(
            takes: "media types with application/json or application/jsonlines among them",
            placeholder: "media-types",
            parse: { text in !text.isEmpty && accepts(text, anyOf: names) ? text : nil })
    }
}
