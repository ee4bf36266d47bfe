// Requests in numpy's formats: one array for the only input, or an archive with an array by name.

internal import Basics

extension TensorRequest {
    /// Reads an npy file, the array of the model's only input. Any thread.
    package init(
        npy bytes: [UInt8], signature: [TensorDescription], limits: TensorLimits = TensorLimits()
    ) throws(TensorFault) {
        guard signature.count == 1 else {
            let names = signature.map { quoted($0.name) }.joined(separator: ", ")
            throw .wrong(
                "an npy file has one array, and the model takes \(signature.count), \(names); send npz"
            )
        }
        self.init(
            inputs: [try Self.input(signature[0], bytes[...], limits)], format: .npy)
    }

    /// Reads an npz file, whose arrays have the names of the inputs. Any thread.
    package init(
        npz bytes: [UInt8], signature: [TensorDescription], limits: TensorLimits = TensorLimits()
    ) throws(TensorFault) {
        let archive = try Self.faults("the npz file is") { () throws(InputError) in
            try ZipArchive(bytes)
        }
        var inputs: [NamedTensor] = []
        var left = limits.bytes
        for entry in archive.entries {
            let name = entry.name.hasSuffix(".npy") ? String(entry.name.dropLast(4)) : entry.name
            let input = try signature.named(name)
            let file = try Self.faults("the npz file's array \(quoted(name)) is") {
                () throws(InputError) in try archive.contents(of: entry, limit: left)
            }
            left -= file.count
            inputs.append(try Self.input(input, file[...], limits))
        }
        self.init(inputs: try signature.ordered(inputs), format: .npz)
    }

    private static func input(
        _ input: TensorDescription, _ file: ArraySlice<UInt8>, _ limits: TensorLimits
    ) throws(TensorFault) -> NamedTensor {
        let array = try faults("\(input.takes); what came is") { () throws(InputError) in
            try NPYArray(file)
        }
        return NamedTensor(name: input.name, tensor: try array.tensor(for: input, limits: limits))
    }

    private static func faults<Value>(
        _ subject: String, _ read: () throws(InputError) -> Value
    ) throws(TensorFault) -> Value {
        do throws(InputError) {
            return try read()
        } catch {
            throw .wrong("\(subject) \(error.reason)")
        }
    }
}
