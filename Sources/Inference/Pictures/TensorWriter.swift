// From 8-bit pixels to normalised numbers of the network's type, in its layout.
//
// A value depends only on the pixel and the channel, so the 256 results per channel are computed
// once, with exactly the operations of ToTensor and Normalize in float32, or those of Hugging Face's
// rescale and normalize on arrays or on tensors, and looked up. Levels that a resize left as floats
// are computed one by one.

internal import Tensors

/// Writes pixels into a tensor; any thread.
struct TensorWriter<Element: TensorElement> {
    private let channels: Preprocessing.Channels
    private let layout: Preprocessing.Layout
    /// 256 values for each of the tensor's channels.
    private let values: [Element]
    /// The value around pictures that do not fill the tensor, one a channel.
    private let padding: [Element]
    /// From levels to values, one a channel.
    private let numbers: [LevelNumbers]

    /// Computes the values of a plan in float32 and converts them; `mean` and `std` follow the
    /// tensor's order of channels.
    init(_ plan: Preprocessing) {
        channels = plan.channels
        layout = plan.layout
        numbers = (0..<plan.channels.count).map { channel in
            LevelNumbers(
                plan, mean: Self.value(plan.mean, channel, of: plan.channels),
                std: Self.value(plan.std, channel, of: plan.channels),
                secondStd: Self.value(plan.secondStd ?? [1], channel, of: plan.channels))
        }
        padding = numbers.enumerated().map { channel, numbers in
            Element(
                nearest: numbers.value(of: Self.value(plan.padding, channel, of: plan.channels)))
        }
        values = numbers.flatMap { numbers in
            (0...255).map { Element(nearest: numbers.value(of: Float($0))) }
        }
    }

    private static func value<Value>(
        _ values: [Value], _ channel: Int, of channels: Preprocessing.Channels
    ) -> Value {
        precondition(values.count == 1 || values.count == channels.count)
        return values[values.count == 1 ? 0 : channel]
    }

    /// Writes the pixels of `crop.window`, packed in `pixels`, and the padding around them.
    func write(
        _ pixels: borrowing [UInt8], placed crop: Geometry.Crop,
        into tensor: inout MutableSpan<Element>
    ) {
        let size = crop.size
        precondition(tensor.count == size.height * size.width * channels.count)
        let kept = crop.window
        if kept.x.count < size.width || kept.y.count < size.height { pad(&tensor) }
        precondition(pixels.count >= kept.x.count * kept.y.count * channels.count)
        unsafe pixels.withUnsafeBufferPointer { source in
            unsafe tensor.withUnsafeMutableBufferPointer { target in
                unsafe values.withUnsafeBufferPointer { values in
                    guard let from = source.baseAddress, let to = target.baseAddress,
                        let values = values.baseAddress
                    else { return }
                    for row in 0..<kept.y.count {
                        unsafe write(
                            row: from + row * kept.x.count * channels.count, count: kept.x.count,
                            values,
                            at: (crop.top + row) * size.width + crop.left,
                            plane: size.height * size.width, into: to)
                    }
                }
            }
        }
    }

    /// Writes `count` pixels, of which the first is pixel number `pixel` of the tensor's picture.
    private func write(
        row: UnsafePointer<UInt8>, count: Int, _ values: UnsafePointer<Element>, at pixel: Int,
        plane: Int, into tensor: UnsafeMutablePointer<Element>
    ) {
        for channel in 0..<channels.count {
            let source = unsafe row + (channels == .bgr ? 2 - channel : channel)
            let known = unsafe values + channel * 256
            switch (layout, channels) {
            case (.nchw, .gray), (.nhwc, .gray):
                let target = unsafe tensor + pixel
                for x in 0..<count { unsafe target[x] = known[Int(source[x])] }
            case (.nchw, _):
                let target = unsafe tensor + channel * plane + pixel
                for x in 0..<count { unsafe target[x] = known[Int(source[x * 3])] }
            case (.nhwc, _):
                let target = unsafe tensor + pixel * 3 + channel
                for x in 0..<count { unsafe target[x * 3] = known[Int(source[x * 3])] }
            }
        }
    }

    /// The same from levels that need not be whole numbers, each computed by itself.
    func write(
        _ levels: borrowing [Float], placed crop: Geometry.Crop,
        into tensor: inout MutableSpan<Element>
    ) {
        let (size, kept, count) = (crop.size, crop.window, channels.count)
        precondition(tensor.count == size.height * size.width * count)
        if kept.x.count < size.width || kept.y.count < size.height { pad(&tensor) }
        precondition(levels.count >= kept.x.count * kept.y.count * count)
        for channel in 0..<count {
            let numbers = numbers[channel]
            var from = channels == .bgr ? 2 - channel : channel
            let (first, step) =
                layout == .nchw ? (channel * tensor.count / count, 1) : (channel, count)
            for row in 0..<kept.y.count {
                let pixel = (crop.top + row) * size.width + crop.left
                for x in 0..<kept.x.count {
                    tensor[first + (pixel + x) * step] = Element(
                        nearest: numbers.value(of: levels[from]))
                    from += count
                }
            }
        }
    }

    private func pad(_ tensor: inout MutableSpan<Element>) {
        let plane = tensor.count / channels.count
        for index in 0..<tensor.count {
            let channel = layout == .nchw ? index / plane : index % channels.count
            tensor[index] = padding[channel]
        }
    }
}

/// From a level, 0…255, to a normalised value, in float32.
private struct LevelNumbers: Sendable {
    private let scale: Double
    private let arithmetic: Preprocessing.Arithmetic
    private let offset: Float
    private let mean: Float
    private let std: Float
    private let secondStd: Float

    /// Takes a plan's numbers and those of one channel.
    init(_ plan: Preprocessing, mean: Float, std: Float, secondStd: Float) {
        scale = plan.scale
        arithmetic = plan.arithmetic
        offset = plan.offset
        self.mean = mean
        self.std = std
        self.secondStd = secondStd
    }

    /// The value of a level, which need not be whole.
    func value(of level: Float) -> Float {
        let (value, unit) = scaled(level)
        return (value - offset - mean * unit) / (std * unit) / secondStd
    }

    /// The level, and the unit of mean and deviation. ToTensor and Keras divide in float32; Hugging
    /// Face's rescale multiplies in float64 on arrays and in float32 on tensors. Fused with
    /// normalize, it leaves the level and enlarges the unit.
    private func scaled(_ level: Float) -> (value: Float, unit: Float) {
        switch arithmetic {
        case .torchvision where scale == 1.0 / 255.0: (level / 255, 1)
        case .keras: (level / Float(1 / scale), 1)
        case .paddle: (level * Float(scale), 1)
        case .torchvision, .transformers, .mmcv: (Float(Double(level) * scale), 1)
        case .transformersTensor(fused: true, _): (level, Float(1 / scale))
        case .transformersTensor(fused: false, _): (level * Float(scale), 1)
        }
    }
}
