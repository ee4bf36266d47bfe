// AWS credentials, and the JSON in which container hosts provide them. Pure.
//
// They never appear in a sentence or a log line, not even if they are unusable; their description
// holds no secrets.

internal import Basics

/// The keys that sign requests to AWS.
struct AWSCredentials: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
    let accessKeyID: String
    let secretAccessKey: String
    /// Present with temporary ones.
    let sessionToken: String?
    /// Seconds since 1970; `nil` if there is no expiration.
    let expiration: Int?

    var description: String { "AWSCredentials" }
    var debugDescription: String { description }

    /// Takes credentials with the names of their sources, for error sentences. Throws if one of
    /// them is not printable text: all of them go into header fields.
    init(
        accessKeyID: (name: String, value: String), secretAccessKey: (name: String, value: String),
        sessionToken: (name: String, value: String)?, expiration: Int?
    ) throws(StoreError) {
        for (name, value) in [accessKeyID, secretAccessKey, sessionToken].compactMap({ $0 }) {
            guard value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw StoreError.failed(
                    "the server's credentials for S3 can't be used: \(name) holds a space, a line "
                        + "end or another invalid character")
            }
        }
        self.accessKeyID = accessKeyID.value
        self.secretAccessKey = secretAccessKey.value
        self.sessionToken = sessionToken?.value
        self.expiration = expiration
    }

    /// Reads the answer of a container credentials provider (AWS SDKs and Tools Reference Guide).
    init(json: [UInt8]) throws(StoreError) {
        let document: JSONValue
        do throws(InputError) {
            document = try JSONValue(reading: json, maxValues: 1000)
        } catch {
            throw Self.unusable("it can't be read as JSON: \(error.reason)")
        }
        guard case .object(let fields) = document else {
            throw Self.unusable("it is not an object, but \(document.kind)")
        }
        var expiration: Int?
        if let text = try Self.text("Expiration", of: fields) {
            guard let seconds = Self.seconds(rfc3339: text) else {
                throw Self.unusable("its Expiration is not a date like 2026-11-22T12:00:00Z")
            }
            expiration = seconds
        }
        guard let key = try Self.text("AccessKeyId", of: fields) else {
            throw Self.unusable("it has no AccessKeyId")
        }
        guard let secret = try Self.text("SecretAccessKey", of: fields) else {
            throw Self.unusable("it has no SecretAccessKey")
        }
        let token = try Self.text("Token", of: fields)
        try self.init(
            accessKeyID: ("AccessKeyId", key), secretAccessKey: ("SecretAccessKey", secret),
            sessionToken: token.map { ("Token", $0) }, expiration: expiration)
    }

    private static func text(
        _ name: String, of fields: [String: JSONValue]
    ) throws(StoreError) -> String? {
        switch fields[name] {
        case nil, .null: return nil
        case .string(let text): return text.isEmpty ? nil : text
        case let value?: throw unusable("its \(name) is not a string, but \(value.kind)")
        }
    }

    private static func unusable(_ reason: String) -> StoreError {
        StoreError.failed("the answer with the credentials for S3 can't be used: \(reason)")
    }

    /// Seconds since 1970 of "2026-11-22T12:00:00Z", with decimals or without; `nil` for anything
    /// else.
    static func seconds(rfc3339 text: String) -> Int? {
        guard text.hasSuffix("Z") else { return nil }
        let whole = text.dropLast().prefix { $0 != "." }
        let parts = whole.split(omittingEmptySubsequences: false) { "-T:".contains($0) }
        let numbers = parts.compactMap { $0.allSatisfy(\.isWholeNumber) ? Int($0) : nil }
        guard whole.utf8.count == 19, parts.count == 6, numbers.count == 6,
            (1970...9999).contains(numbers[0]), (1...12).contains(numbers[1]),
            (1...31).contains(numbers[2]), numbers[3] < 24, numbers[4] < 60, numbers[5] <= 60
        else { return nil }
        let days = Calendar.days(year: numbers[0], month: numbers[1], day: numbers[2])
        return ((days * 24 + numbers[3]) * 60 + numbers[4]) * 60 + numbers[5]
    }
}
