// `params`: MXNet's file of arrays. The bytes are the file.

import Tensors

@testable import Inference
@testable import MXNetImport
@testable import Onnx

extension FuzzTarget {
    /// Reads a list from memory and from a file, and a network's parameters from the list.
    static let parameters = FuzzTarget(name: "params") { bytes throws(Violation) in
        let list = try unlessRefused { () throws(ModelError) in
            try NDArrayList(.bytes(bytes), path: "net.params")
        }
        try ScratchFolder.with([("net.params", bytes[...])]) { folder throws(Violation) in
            let again = try unlessRefused { () throws(ModelError) in
                try NDArrayList(.file("\(folder)/net.params"), path: "net.params")
            }
            try require(again?.arrays == list?.arrays, "a file has other arrays than its bytes")
            try require(again?.names == list?.names, "a file has other names than its bytes")
        }
        guard let list else { return }
        try check(list, in: bytes)
        let parameters = try unlessRefused { () throws(ModelError) in
            try MXNetParameters(list, path: "net.params")
        }
        if let parameters {
            _ = try unlessRefused { () throws(ModelError) in
                throw parameters.missing(["data", "a", "b", "c"])
            }
        }
    }

    /// Arrays lie inside the file, one after the other, and each is as long as its shape says.
    private static func check(_ list: NDArrayList, in bytes: [UInt8]) throws(Violation) {
        try require(
            list.names.isEmpty || list.names.count == list.arrays.count,
            "\(list.arrays.count) arrays and \(list.names.count) names")
        var position = 0
        for array in list.arrays.compactMap({ $0 }) {
            let end = array.offset + array.count * array.type.size
            try require(
                position <= array.offset && end <= bytes.count,
                "an array at \(array.offset)..<\(end) of \(bytes.count), after \(position)")
            position = end
            let floats = array.type.float32Bytes(of: Array(bytes[array.offset..<end]))
            try require(
                floats.count == array.count * 4, "\(array.count) numbers make \(floats.count) bytes"
            )
        }
    }
}
