// What a body of arrays is: as its sender says, else by its first bytes.

internal import Tensors

extension TensorJob.Body {
    /// The form of a body. Throws `unsupportedMediaType` where neither its type nor its bytes tell.
    init(_ kind: BodyKind, _ body: [UInt8]) throws(Failure) {
        switch kind {
        case .json: self = .json(headerLength: nil)
        case .binary(let headerLength): self = .json(headerLength: headerLength)
        case .jsonLines: self = .line
        case .csv: self = .csv
        case .npy: self = .npy
        case .npz: self = .npz
        case .picture, .unstated: self = try Self.sniffed(body)
        }
    }

    private static func sniffed(_ body: [UInt8]) throws(Failure) -> TensorJob.Body {
        if case .json = BodyKind.sniffed(body) { return .json(headerLength: nil) }
        if body.starts(with: [0x93] + Array("NUMPY".utf8)) { return .npy }
        if body.starts(with: [0x50, 0x4B, 3, 4]) { return .npz }
        throw Failure(
            .unsupportedMediaType,
            "the request has no Content-Type, and its body is neither JSON nor numpy's; send "
                + "text/csv, application/json or another type of arrays")
    }
}
