// From 8-bit pixels to normalised numbers of the network's type, in its layout.
//
// A value depends only on the pixel and the channel, so the 256 results per channel are computed
// once, with exactly the operations of ToTensor and Normalize in float32, or those of Hugging Face's
// rescale and normalize on arrays or on tensors, and looked up.

/// Writes pixels into a tensor; any thread.
struct TensorWriter<Element: TensorElement> {
    private let channels: Preprocessing.Channels
    private let layout: Preprocessing.Layout
    /// 256 values for each of the tensor's channels.
    private let values: [Element]
    /// The value around pictures that do not fill the tensor, one a channel.
    private let padding: [Element]

    /// Computes a value from its level, 0…255, and its channel.
    private init(_ plan: Preprocessing, value: (Float, Int) -> Element) {
        channels = plan.channels
        layout = plan.layout
        let all = 0..<plan.channels.count
        padding = all.map { value(Self.value(plan.padding, $0, of: plan.channels), $0) }
        values = all.flatMap { channel in (0...255).map { value(Float($0), channel) } }
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

    private func pad(_ tensor: inout MutableSpan<Element>) {
        let plane = tensor.count / channels.count
        for index in 0..<tensor.count {
            let channel = layout == .nchw ? index / plane : index % channels.count
            tensor[index] = padding[channel]
        }
    }
}

extension TensorWriter {
    /// Computes the values of a plan in float32 and converts them; `mean` and `std` follow the tensor's
    /// order of channels.
    init(_ plan: Preprocessing) {
        self.init(plan) { level, channel in
            let mean = Self.value(plan.mean, channel, of: plan.channels)
            let std = Self.value(plan.std, channel, of: plan.channels)
            let second = Self.value(plan.secondStd ?? [1], channel, of: plan.channels)
            let (value, unit) = Self.scaled(level, plan)
            return Element(
                nearest: (value - plan.offset - mean * unit) / (std * unit) / second)
        }
    }

    /// The level, and the unit of mean and deviation. ToTensor and Keras divide in float32; Hugging
    /// Face's rescale multiplies in float64 on arrays and in float32 on tensors. Fused with
    /// normalize, it leaves the level and enlarges the unit.
    private static func scaled(_ level: Float, _ plan: Preprocessing) -> (value: Float, unit: Float)
    {
        switch plan.arithmetic {
        case .torchvision where plan.scale == 1.0 / 255.0: (level / 255, 1)
        case .keras: (level / Float(1 / plan.scale), 1)
        case .paddle: (level * Float(plan.scale), 1)
        case .torchvision, .transformers, .mmcv: (Float(Double(level) * plan.scale), 1)
        case .transformersTensor(fused: true, _): (level, Float(1 / plan.scale))
        case .transformersTensor(fused: false, _): (level * Float(plan.scale), 1)
        }
    }
}
