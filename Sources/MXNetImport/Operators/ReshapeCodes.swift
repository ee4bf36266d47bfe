// The codes in the attribute of MXNet's Reshape.
//
// A positive number is a length; 0 copies the input's next dimension, −1 is the inferred length, −2
// copies all remaining dimensions, −3 joins two, −4 splits one into the two numbers that follow.

/// Applies the codes of Reshape to a shape.
struct ReshapeCodes {
    /// Drops a dimension of length 1; not a code of Reshape's own.
    static let skip = -5

    private let node: NodeImport
    private let source: [Dimension]

    /// Takes the shape of the input.
    init(_ node: NodeImport, source: [Dimension]) {
        self.node = node
        self.source = source
    }

    /// The new shape. Throws where the codes do not fit the input.
    func shape(_ codes: [Int]) throws(SymbolError) -> [Dimension] {
        var shape: [Dimension] = []
        var position = 0
        var free: Int?
        var index = 0
        func next(_ offset: Int = 0) throws(SymbolError) -> Dimension {
            guard position + offset < source.count else { throw misfit(codes) }
            return source[position + offset]
        }
        while index < codes.count {
            let code = codes[index]
            index += 1
            switch code {
            case 1...:
                shape.append(.fixed(code))
                position += 1
            case 0:
                shape.append(try next())
                position += 1
            case -1:
                guard free == nil else { throw misfit(codes) }
                free = shape.count
                shape.append(.fixed(1))
                position += 1
            case -2:
                shape += source.dropFirst(position)
                position = source.count
            case -3:
                shape.append(try node.product([next(), next(1)]))
                position += 2
            case Self.skip:
                guard node.builder.pin(try next()) == 1 else { throw misfit(codes) }
                position += 1
            case -4:
                guard index + 1 < codes.count else { throw misfit(codes) }
                shape += try split(try next(), codes[index], codes[index + 1], codes)
                index += 2
                position += 1
            default: throw misfit(codes)
            }
        }
        return try fill(shape, free, codes)
    }

    private func split(
        _ dimension: Dimension, _ first: Int, _ second: Int, _ codes: [Int]
    ) throws(SymbolError) -> [Dimension] {
        let known = first == -1 ? second : first
        guard known > 0, first > 0 || first == -1, second > 0 || second == -1,
            dimension.length % known == 0,
            first == -1 || second == -1 || dimension.length / known == second
        else { throw misfit(codes) }
        // The inferred length may follow the picture; two given lengths may not.
        if first != -1, second != -1 { _ = node.builder.pin(dimension) }
        let rest = dimension.replaced(by: dimension.length / known)
        return first == -1 ? [rest, .fixed(known)] : [.fixed(known), rest]
    }

    /// Checks the number of elements, and infers the free dimension.
    private func fill(
        _ shape: [Dimension], _ free: Int?, _ codes: [Int]
    ) throws(SymbolError) -> [Dimension] {
        let (all, given) = (try node.product(source), try node.product(shape))
        var shape = shape
        guard let free else {
            guard all.length == given.length else { throw misfit(codes) }
            return shape
        }
        guard given.length > 0, all.length % given.length == 0 else { throw misfit(codes) }
        // Axes that other dimensions follow do not change this one.
        let rest = shape.enumerated().filter { $0.offset != free }.map(\.element)
        let carried = rest.reduce(into: PictureAxes()) { $0.formUnion($1.follows) }
        shape[free] = Dimension(
            length: all.length / given.length, follows: all.follows.subtracting(carried))
        return shape
    }

    private func misfit(_ codes: [Int]) -> SymbolError {
        let shape = source.map { "\($0.length)" }.joined(separator: ", ")
        return .malformed(
            "attribute \"shape\" is \(codes), which does not fit an input of (\(shape))")
    }
}
