// Collects the elements of one array as they are read, without knowing how many there will be.
//
// Numbers are stored as they will be sent to the engine, so that nothing is copied at the end. The
// room is taken piece by piece, and each piece is weighed against the limit first.

/// The elements of an array that is being read.
struct ElementBuffer {
    /// The type of the elements.
    let element: ElementType
    private let limits: TensorLimits
    /// Numbers: the first `used` bytes count, the rest is room.
    var bytes: [UInt8] = []
    /// How many bytes hold elements.
    var used = 0
    private(set) var strings: [[UInt8]] = []
    private var stringBytes = 0

    /// An empty array.
    init(_ element: ElementType, limits: TensorLimits) {
        self.element = element
        self.limits = limits
    }

    /// The number of elements.
    var count: Int { element.size.map { used / $0 } ?? strings.count }

    /// Makes room for some bytes beyond those in use. Throws if that is beyond the limit.
    mutating func reserve(_ room: Int) throws(TensorFault) {
        let needed = used + room
        guard needed > bytes.count else { return }
        guard used < limits.bytes else { throw limits.fault }
        let size = max(needed, min(bytes.count * 2, limits.bytes))
        bytes.append(contentsOf: repeatElement(0, count: size - bytes.count))
    }

    /// Appends a number. Throws if that is beyond the limit.
    mutating func append<Element: NumberElement>(_ number: Element) throws(TensorFault) {
        let size = MemoryLayout.size(ofValue: number)
        try reserve(size)
        let place = used
        var room = bytes.mutableSpan
        // A number is stored whole, within the room that was made for it.
        var target = unsafe room.mutableBytes
        target.storeBytes(of: number, toByteOffset: place, as: Element.self)
        used += size
    }

    /// Appends a string. Throws if that is beyond the limit.
    mutating func append(_ string: [UInt8]) throws(TensorFault) {
        stringBytes += string.count + TensorLimits.stringOverhead
        guard stringBytes <= limits.bytes else { throw limits.fault }
        strings.append(string)
    }

    /// The array. There must be as many elements as its shape has room for.
    consuming func tensor(shape: [Int]) -> Tensor {
        guard element != .string else {
            return Tensor(element: element, shape: shape, values: .strings(strings))
        }
        bytes.removeLast(bytes.count - used)
        return Tensor(element: element, shape: shape, values: .bytes(bytes))
    }
}
