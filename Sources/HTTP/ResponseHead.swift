// The status and fields of a response, before they are encoded.
//
// The application sets status, type and a few fields; the encoder adds Date, framing and
// Connection, so no route can get them wrong.
// Field names are constants: untrusted input reaches values only.

/// The status and fields of a response, without those that concern the connection.
package struct ResponseHead: Sendable {
    /// The status.
    package var status: Status

    /// The Content-Type, where there is content.
    package var contentType: StaticString?

    /// Further fields, in the order they are sent. Empty costs no allocation.
    package var fields: [ResponseField]

    /// A response head.
    package init(
        status: Status, contentType: StaticString? = nil, fields: [ResponseField] = []
    ) {
        self.status = status
        self.contentType = contentType
        self.fields = fields
    }
}

/// A field line of a response.
package struct ResponseField: Sendable {
    /// The field name: a token, but not one that the encoder adds.
    package let name: StaticString

    /// The field value. Invalid bytes are sent as spaces.
    package let value: String

    /// A field line.
    package init(_ name: StaticString, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// The content after a response head.
package enum ResponseBody: Sendable, Equatable {
    /// This many bytes.
    case length(Int)
    /// An unknown number of bytes: in chunks for HTTP/1.1, until the connection closes for
    /// HTTP/1.0.
    case streamed
}
