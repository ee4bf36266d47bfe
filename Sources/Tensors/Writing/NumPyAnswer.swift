// Answers in numpy's formats. An archive is a zip of stored files, as numpy.savez writes it.

internal import Basics

/// Writes npy and npz.
enum NumPyAnswer {
    /// The only output. Throws `notAcceptable` for several.
    static func array(_ outputs: [TensorOutput]) throws(TensorFault) -> [UInt8] {
        guard let only = outputs.first, outputs.count == 1 else {
            throw .notAcceptable(
                "npy holds one array, and there are \(outputs.count) outputs; ask for npz, or for one "
                    + "of the outputs")
        }
        return file(only.tensor)
    }

    /// All outputs by name, with the keys of ZipMaps as NAME.labels.
    static func archive(_ outputs: [TensorOutput]) throws(TensorFault) -> [UInt8] {
        var archive = ZipWriter()
        for output in outputs {
            try archive.add("\(output.name).npy", file(output.tensor))
            if let keys = output.keys {
                try archive.add("\(output.name).labels.npy", file(keys.tensor))
            }
        }
        return archive.end()
    }

    private static func file(_ tensor: Tensor) -> [UInt8] {
        switch tensor.values {
        case .bytes(let bytes):
            return NPYHeader.bytes(type: tensor.element.numpyType, shape: tensor.shape) + bytes
        case .strings(let strings): return file(strings, tensor.shape)
        }
    }

    /// Texts as UTF-32 of one width, or bytes of one width where they are no texts.
    private static func file(_ strings: [[UInt8]], _ shape: [Int]) -> [UInt8] {
        let texts = strings.map {
            String(validating: $0, as: UTF8.self).map { Array($0.unicodeScalars) }
        }
        if texts.contains(where: { $0 == nil }) {
            let width = max(1, strings.reduce(0) { max($0, $1.count) })
            var bytes = NPYHeader.bytes(type: "|S\(width)", shape: shape)
            for string in strings {
                bytes += string + [UInt8](repeating: 0, count: width - string.count)
            }
            return bytes
        }
        let width = max(1, texts.reduce(0) { max($0, $1?.count ?? 0) })
        var bytes = NPYHeader.bytes(type: "<U\(width)", shape: shape)
        for text in texts {
            for index in 0..<width {
                let value = text.flatMap { index < $0.count ? $0[index].value : nil } ?? 0
                for shift: UInt32 in [0, 8, 16, 24] {
                    bytes.append(UInt8(truncatingIfNeeded: value >> shift))
                }
            }
        }
        return bytes
    }
}

extension ElementType {
    /// numpy's name of it in files; bfloat16 as ml_dtypes writes it.
    fileprivate var numpyType: String {
        switch ScalarType(self) {
        case .float16: "<f2"
        case .float32: "<f4"
        case .float64: "<f8"
        case .bfloat16: "<V2"
        case .int8: "|i1"
        case .int16: "<i2"
        case .int32: "<i4"
        case .int64: "<i8"
        case .uint8: "|u1"
        case .uint16: "<u2"
        case .uint32: "<u4"
        case .uint64: "<u8"
        case .bool: "|b1"
        case nil: "|O"
        }
    }
}

/// An archive of stored files (PKWARE's APPNOTE.TXT), below 4 GiB.
private struct ZipWriter {
    private var bytes: [UInt8] = []
    private var list: [UInt8] = []
    private var count = 0

    mutating func add(_ name: String, _ contents: [UInt8]) throws(TensorFault) {
        let place = bytes.count
        guard contents.count + place < 1 << 32 - 1 << 20 else {
            throw .tooLarge("the outputs take more than an npz file holds, 4 GiB")
        }
        // Version 2.0, UTF-8 names, stored, midnight of 1 January 1980.
        var fields: [UInt8] = []
        fields.append(20, size: 2)
        fields.append(0x800, size: 2)
        fields.append(0, size: 2)
        fields.append(0, size: 2)
        fields.append(0x21, size: 2)
        fields.append(Int(CRC32.of(contents.span)), size: 4)
        fields.append(contents.count, size: 4)
        fields.append(contents.count, size: 4)
        fields.append(name.utf8.count, size: 2)
        fields.append(0, size: 2)
        bytes += [0x50, 0x4B, 3, 4] + fields + Array(name.utf8) + contents
        list += [0x50, 0x4B, 1, 2, 20, 0] + fields
        // No comment, first disk, no attributes.
        list += [UInt8](repeating: 0, count: 10)
        list.append(place, size: 4)
        list += name.utf8
        count += 1
    }

    consuming func end() -> [UInt8] {
        let place = bytes.count
        bytes += list + [0x50, 0x4B, 5, 6, 0, 0, 0, 0]
        bytes.append(count, size: 2)
        bytes.append(count, size: 2)
        bytes.append(list.count, size: 4)
        bytes.append(place, size: 4)
        bytes.append(0, size: 2)
        return bytes
    }
}

extension [UInt8] {
    /// Appends a little-endian number.
    fileprivate mutating func append(_ number: Int, size: Int) {
        for place in 0..<size { append(UInt8(truncatingIfNeeded: number >> (place * 8))) }
    }
}
