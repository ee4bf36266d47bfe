// Writes Protocol Buffers' wire format.
//
// A message is a rope: small fields are collected as bytes, weights stay in their file and are only
// counted. So the length that precedes a nested message is known before any weight is read, and
// each weight is copied once, to its final place. Writes no groups and no packed fields. Source:
// the encoding guide of Protocol Buffers.

/// One message, being written.
struct ProtobufMessage {
    /// A piece of a message.
    enum Piece {
        case bytes([UInt8])
        case tensor(TensorContent)
    }

    /// In order.
    private(set) var pieces: [Piece] = []
    /// In bytes, of all pieces.
    private(set) var count = 0

    /// Adds a field of wire type 0.
    mutating func add(_ field: Int, integer: Int) {
        append(Self.varint(UInt64(field) << 3) + Self.varint(UInt64(bitPattern: Int64(integer))))
    }

    /// Adds a field of wire type 5.
    mutating func add(_ field: Int, float: Float) {
        let bits = float.bitPattern
        append(
            Self.varint(UInt64(field) << 3 | 5)
                + [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: bits >> $0) })
    }

    /// Adds a field of wire type 2 that holds text.
    mutating func add(_ field: Int, text: String) {
        addLength(field, text.utf8.count)
        append(Array(text.utf8))
    }

    /// Adds a field of wire type 2 that holds a message.
    mutating func add(_ field: Int, message: ProtobufMessage) {
        addLength(field, message.count)
        for piece in message.pieces {
            switch piece {
            case .bytes(let bytes): append(bytes)
            case .tensor: pieces.append(piece)
            }
        }
        count += message.count - message.inlineCount
    }

    /// Adds a field of wire type 2 that holds a tensor's values.
    mutating func add(_ field: Int, tensor: TensorContent) {
        addLength(field, tensor.byteCount)
        pieces.append(.tensor(tensor))
        count += tensor.byteCount
    }

    private var inlineCount: Int {
        pieces.reduce(0) { sum, piece in
            if case .bytes(let bytes) = piece { sum + bytes.count } else { sum }
        }
    }

    private mutating func addLength(_ field: Int, _ length: Int) {
        append(Self.head(field, length: length))
    }

    /// What stands before the content of a field of wire type 2.
    static func head(_ field: Int, length: Int) -> [UInt8] {
        varint(UInt64(field) << 3 | 2) + varint(UInt64(length))
    }

    private mutating func append(_ bytes: [UInt8]) {
        count += bytes.count
        guard case .bytes(var last)? = pieces.last else {
            pieces.append(.bytes(bytes))
            return
        }
        // Removed first: appending to a copy of a piece still in the list would copy its bytes.
        pieces.removeLast()
        last += bytes
        pieces.append(.bytes(last))
    }

    private static func varint(_ value: UInt64) -> [UInt8] {
        var rest = value
        var bytes: [UInt8] = []
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
        return bytes
    }
}
