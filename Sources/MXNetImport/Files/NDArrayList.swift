// MXNet's `.params`: a list of arrays and their names.
//
// Reads only the headers and keeps the position of each array's numbers. Every count is checked
// against the remaining bytes before anything is allocated for it, and the file must end where its
// list does. Sparse arrays are refused. Source: mxnet's NDArray::Load and its three magic numbers,
// checked against `mxnet.nd.load`.

internal import Onnx
internal import Tensors

/// One array of the list.
struct NDArray: Equatable {
    let shape: [Int]
    let type: ScalarType
    /// Where its numbers begin in the file.
    let offset: Int

    /// How many numbers it has.
    var count: Int { shape.reduce(1, *) }
}

/// The arrays of a `.params` file.
struct NDArrayList {
    /// `nil` where an array has no numbers ("none").
    private(set) var arrays: [NDArray?] = []
    /// As written, `arg:` and `aux:` included; empty where the list was saved without names.
    private(set) var names: [String] = []

    /// Limits far above any network's.
    private static let countLimit = 1 << 20
    private static let nameLimit = 4096

    /// Reads a list. Throws `unreadable` with what is wrong and where; the sentence names `path`.
    init(_ source: ModelSource, path: String) throws(ModelError) {
        var reader = try NDArrayReader(window: ByteWindow(source), path: path)
        guard try reader.integer(8, "the magic number") == 0x112 else {
            throw reader.wrong("it is not a list of MXNet arrays: it does not begin with 0x112")
        }
        guard try reader.integer(8, "the reserved number") == 0 else {
            throw reader.wrong("the number after its magic number is not 0")
        }
        let count = try reader.count("arrays", each: 4, limit: Self.countLimit)
        arrays.reserveCapacity(count)
        for index in 0..<count {
            arrays.append(try Self.array(&reader, what: "array \(index + 1) of \(count)"))
        }
        let nameCount = try reader.count("names", each: 8, limit: Self.countLimit)
        guard nameCount == count || nameCount == 0 else {
            throw reader.wrong("it has \(count) arrays and \(nameCount) names")
        }
        names.reserveCapacity(nameCount)
        for index in 0..<nameCount {
            let what = "name \(index + 1) of \(nameCount)"
            let length = try reader.integer(8, what)
            guard length <= UInt64(Self.nameLimit) else {
                throw reader.wrong(
                    "\(what) has \(length) bytes; at most \(Self.nameLimit) are read")
            }
            names.append(try reader.text(Int(length), what))
        }
        guard reader.isAtEnd else {
            throw reader.wrong("something follows its last name")
        }
    }

    private static func array(
        _ reader: inout NDArrayReader, what: String
    ) throws(ModelError) -> NDArray? {
        let magic = try reader.integer(4, what)
        let shape: [Int]?
        switch magic {
        case 0xF993_FAC9, 0xF993_FACA:
            let storage = try reader.signed(4, what)
            guard storage == 0 else {
                throw reader.wrong(
                    "\(what) has the storage type \(storageName(storage)); dense arrays are "
                        + "supported")
            }
            let rank = try reader.signed(4, what)
            // In numpy's shapes, −1 dimensions stand for no array, and 0 dimensions for one number.
            let isNone = magic == 0xF993_FACA ? rank == -1 : rank == 0
            shape = isNone ? nil : try reader.shape(rank, width: 8, what)
        case 0xF993_FAC8:
            let rank = try reader.signed(4, what)
            shape = rank == 0 ? nil : try reader.shape(rank, width: 8, what)
        default:
            shape = magic == 0 ? nil : try reader.shape(Int(magic), width: 4, what)
        }
        guard let shape else { return nil }
        _ = try reader.integer(8, "the device of \(what)")
        let flag = try reader.signed(4, what)
        guard let type = ScalarType(typeFlag: flag) else {
            throw reader.wrong("\(what) has the type flag \(flag), which is not known")
        }
        let offset = reader.position
        try reader.skip(shape, of: type, what)
        return NDArray(shape: shape, type: type, offset: offset)
    }

    private static func storageName(_ storage: Int) -> String {
        switch storage {
        case 1: "1 (row_sparse)"
        case 2: "2 (csr)"
        default: "\(storage)"
        }
    }
}

extension ScalarType {
    /// The type for one of MXNet's type flags.
    fileprivate init?(typeFlag: Int) {
        switch typeFlag {
        case 0: self = .float32
        case 1: self = .float64
        case 2: self = .float16
        case 3: self = .uint8
        case 4: self = .int32
        case 5: self = .int8
        case 6: self = .int64
        case 7: self = .bool
        case 8: self = .int16
        case 9: self = .uint16
        case 10: self = .uint32
        case 11: self = .uint64
        case 12: self = .bfloat16
        default: return nil
        }
    }
}
