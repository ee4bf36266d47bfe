// `tensors`: requests of arrays.
//
// The first byte chooses the format and the model's inputs; the rest is the body. What is accepted fits
// the inputs, and numbers come back from numpy's archive as they were.

import Tensors

extension FuzzTarget {
    private static let signatures = [
        [TensorDescription(name: "x", element: .float32, shape: [nil, 2])],
        [
            TensorDescription(name: "a", element: .int64, shape: [nil]),
            TensorDescription(name: "b", element: .float16, shape: [nil, 1]),
        ],
        [TensorDescription(name: "t", element: .string, shape: [nil])],
        [TensorDescription(name: "f", element: .bool, shape: [nil, nil, 3])],
        [TensorDescription(name: "u", element: .uint8, shape: [])],
        [TensorDescription(name: "h", element: .int8, shape: [nil, nil, nil])],
    ]
    private static let limits = TensorLimits(bytes: 1 << 16)

    /// Reads a request.
    static let tensors = FuzzTarget(name: "tensors") { bytes throws(Violation) in
        guard let choice = bytes.first else { return }
        let signature = signatures[Int(choice >> 4) % signatures.count]
        let body = Array(bytes.dropFirst())
        let request: TensorRequest
        do throws(TensorFault) {
            request = try read(body, Int(choice & 15) % 6, signature)
        } catch {
            return try requireReadable(error.sentence)
        }
        try require(
            request.inputs.map(\.name) == signature.map(\.name), "inputs that the model has not")
        for (input, description) in zip(request.inputs, signature) {
            do throws(TensorFault) {
                try description.check(input.tensor)
            } catch {
                throw Violation("accepted, but: \(error.sentence)")
            }
        }
        if signature[0].element != .string { try requireReturn(of: request, signature) }
    }

    private static func read(
        _ body: [UInt8], _ format: Int, _ signature: [TensorDescription]
    ) throws(TensorFault) -> TensorRequest {
        switch format {
        case 0: try TensorRequest(json: body, signature: signature, limits: limits)
        case 1:
            try TensorRequest(
                json: Array(body.dropFirst()), headerLength: Int(body.first ?? 0) * 2,
                signature: signature, limits: limits)
        case 2: try TensorRequest(line: body, signature: signature, limits: limits)
        case 3: try TensorRequest(csv: body, signature: signature, limits: limits)
        case 4: try TensorRequest(npy: body, signature: signature, limits: limits)
        default: try TensorRequest(npz: body, signature: signature, limits: limits)
        }
    }

    /// What numpy's archive holds is what was put in.
    private static func requireReturn(
        of request: TensorRequest, _ signature: [TensorDescription]
    ) throws(Violation) {
        do throws(TensorFault) {
            let outputs = request.inputs.map { TensorOutput(name: $0.name, tensor: $0.tensor) }
            let archive = try TensorWriting(
                format: .npz, request: request, model: "m", version: "1"
            ).write(outputs)
            let again = try TensorRequest(npz: archive.bytes, signature: signature)
            try requireEqual(again.inputs, request.inputs)
        } catch {
            throw Violation("an archive of what was accepted: \(error.sentence)")
        }
    }

    private static func requireEqual(
        _ a: [NamedTensor], _ b: [NamedTensor]
    ) throws(TensorFault) {
        guard a == b else { throw .wrong("it holds something else") }
    }
}
