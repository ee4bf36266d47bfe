// What a response says of itself, before it is written.
//
// The application states status, type and a few fields; Date, framing and Connection are the
// protocol's own and are added while encoding, so no route can get them wrong.
// It refuses field names that are not constants: outside input reaches values only.

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
    /// The field name: a token, and none of those the protocol adds.
    package let name: StaticString

    /// The field value. Bytes that no value may hold are sent as spaces.
    package let value: String

    /// A field line.
    package init(_ name: StaticString, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// What follows a response head.
package enum ResponseBody: Sendable, Equatable {
    /// This many bytes.
    case length(Int)
    /// Bytes whose number is not known yet: in chunks for HTTP/1.1, until the connection closes for
    /// HTTP/1.0.
    case streamed
}
