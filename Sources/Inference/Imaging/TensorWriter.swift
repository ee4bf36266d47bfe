// From 8-bit pixels to normalised floats in the network's layout.
//
// A value depends only on the pixel and the channel, so the 256 results per channel are computed
// once, with exactly the operations of ToTensor and Normalize in float32, or those of Hugging Face's
// rescale and normalize, and looked up.

/// Writes pixels into a tensor; any thread.
struct TensorWriter {
    private let channels: Preprocessing.Channels
    private let layout: Preprocessing.Layout
    /// 256 values for each of the tensor's channels.
    private let values: [Float]
    /// The 8-bit value around small pictures, one a channel.
    private let padding: [UInt8]

    /// Computes the values of a plan; `mean` and `std` follow the tensor's order of channels.
    init(_ plan: Preprocessing) {
        channels = plan.channels
        layout = plan.layout
        padding = (0..<plan.channels.count).map { Self.value(plan.padding, $0, of: plan.channels) }
        values = (0..<plan.channels.count).flatMap { channel in
            let mean = Self.value(plan.mean, channel, of: plan.channels)
            let std = Self.value(plan.std, channel, of: plan.channels)
            let second = Self.value(plan.secondStd ?? [1], channel, of: plan.channels)
            return (0...255).map { (Self.scaled($0, plan) - plan.offset - mean) / std / second }
        }
    }

    private static func value<Value>(
        _ values: [Value], _ channel: Int, of channels: Preprocessing.Channels
    ) -> Value {
        precondition(values.count == 1 || values.count == channels.count)
        return values[values.count == 1 ? 0 : channel]
    }

    /// ToTensor divides in float32; the rescaling of others multiplies in float64, then narrows.
    private static func scaled(_ pixel: Int, _ plan: Preprocessing) -> Float {
        plan.scale == 1.0 / 255.0 && plan.arithmetic == .torchvision
            ? Float(pixel) / 255 : Float(Double(pixel) * plan.scale)
    }

    /// Writes the pixels of `crop.window`, packed in `pixels`, and the padding around them.
    func write(
        _ pixels: borrowing [UInt8], placed crop: Geometry.Crop,
        into tensor: inout MutableSpan<Float>
    ) {
        let size = crop.size
        precondition(tensor.count == size.height * size.width * channels.count)
        let kept = crop.window
        if kept.x.count < size.width || kept.y.count < size.height { pad(&tensor) }
        let planes = layout == .nchw
        let plane = size.height * size.width
        let source = pixels.span
        let values = self.values.span
        for channel in 0..<channels.count {
            let from = channels == .bgr ? 2 - channel : channel
            for row in 0..<kept.y.count {
                var read = row * kept.x.count * channels.count + from
                let pixel = (crop.top + row) * size.width + crop.left
                var write = planes ? channel * plane + pixel : pixel * channels.count + channel
                for _ in 0..<kept.x.count {
                    tensor[write] = values[channel << 8 | Int(source[read])]
                    read += channels.count
                    write += planes ? 1 : channels.count
                }
            }
        }
    }

    private func pad(_ tensor: inout MutableSpan<Float>) {
        let plane = tensor.count / channels.count
        for index in 0..<tensor.count {
            let channel = layout == .nchw ? index / plane : index % channels.count
            tensor[index] = values[channel << 8 | Int(padding[channel])]
        }
    }
}
