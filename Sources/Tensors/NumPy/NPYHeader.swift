// The header of numpy's format of one array: type, order and shape
// (numpy.org/doc/stable/reference/generated/numpy.lib.format.html).

internal import Basics

/// What stands before the elements.
struct NPYHeader: Equatable {
    /// What numpy calls the type of an element: `<f4`.
    let type: String
    let isFortran: Bool
    let shape: [Int]
    /// Where the elements begin.
    let end: Int

    private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    /// Whether a body begins as the format does.
    static func begins(_ bytes: [UInt8]) -> Bool { bytes.starts(with: magic) }

    /// Reads the header. Throws a clause about what is wrong.
    init(_ bytes: ArraySlice<UInt8>) throws(InputError) {
        let start = bytes.startIndex
        guard bytes.starts(with: Self.magic), bytes.count >= 12 else {
            throw InputError("no npy file: it does not begin with \\x93NUMPY")
        }
        let version = bytes[start + 6]
        let isLong = version > 1
        guard (1...3).contains(version) else {
            throw InputError("of version \(version) of the npy format; 1 to 3 are known")
        }
        let digits = isLong ? 4 : 2
        let length = (0..<digits).reduce(0) { $0 | Int(bytes[start + 8 + $1]) << ($1 * 8) }
        let text = start + 8 + digits
        guard length <= 1 << 20, length <= bytes.endIndex - text else {
            throw InputError("cut off in its npy header")
        }
        end = text + length
        let value: JSONValue
        do throws(InputError) {
            value = try JSONValue(
                jsonOrPython: Array(bytes[text..<text + length]), maxValues: 1000)
        } catch {
            throw InputError("of an npy header that can't be read: \(error.reason)")
        }
        guard case .object(let members) = value else {
            throw InputError("of an npy header that is no dictionary")
        }
        switch members["descr"] {
        case .string(let type)?: self.type = type
        case .array?:
            throw InputError("of a structured type; an array of numbers or texts is taken")
        default: throw InputError("of an npy header without “descr”")
        }
        guard case .bool(let isFortran)? = members["fortran_order"],
            case .array(let lengths)? = members["shape"]
        else { throw InputError("of an npy header without “fortran_order” and “shape”") }
        self.isFortran = isFortran
        var shape: [Int] = []
        for length in lengths {
            guard let length = length.integer(0...Int.max >> 8) else {
                throw InputError("of the shape \(lengths.map(\.summary))")
            }
            shape.append(length)
        }
        self.shape = shape
    }

    /// The bytes of a header, so long that the elements are aligned.
    static func bytes(type: String, shape: [Int]) -> [UInt8] {
        let lengths = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(lengths)), }"
        let count = text.utf8.count + 11
        text += String(repeating: " ", count: (64 - count % 64) % 64) + "\n"
        let length = UInt16(text.utf8.count)
        return magic + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array(text.utf8)
    }
}
