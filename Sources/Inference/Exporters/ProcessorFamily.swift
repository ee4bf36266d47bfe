// The image processors of Hugging Face whose pictures can be reproduced, and their defaults.
//
// Most differ only in defaults: resize, centre crop, rescale, normalize, in this order. A few
// modify the resize. Those with another order are listed with the reason why they are refused.
// Defaults are those of version 5; `of(_:)` turns them into those of version 4. Source:
// transformers 4.57 and 5.24, `models/*/image_processing_*.py`, checked by
// tools/record_exporters.py against the libraries themselves.

/// A class of image processors.
struct ProcessorFamily: Sendable, Equatable {
    /// How `size` is changed before it becomes a resize.
    enum ResizeRule: Sendable {
        /// Not at all.
        case plain
        /// Below 384: enlarged by `crop_pct`, then cropped to `size`; from 384 on, exactly `size`.
        case convNext
        /// The shorter side enlarged by 256/224.
        case levit
        /// Enlarged by `crop_pct`.
        case poolFormer
    }

    /// As in `image_processor_type`, without its ending.
    let name: String
    /// The `size` if a file has none; whether it is a square decides what a single number means.
    var size: Preprocessing.ResizeTarget
    var crop: Preprocessing.Size?
    var filter: Preprocessing.Filter
    /// In version 4, where it is another one.
    var oldFilter: Preprocessing.Filter?
    /// Whether version 4's class on Pillow can crop.
    var slowCrops = false
    /// Whether the others can.
    var crops = true
    let mean: [Double]
    let std: [Double]
    var resizeRule = ResizeRule.plain
    /// The default of `crop_pct`.
    var cropShare = 0.875
    /// Whether `rescale_offset` and `include_top` have an effect.
    var isEfficientNet = false
    /// Whether channels become BGR by default, and are never normalized.
    var isMobileViT = false
    /// Whether a `size` of one number is a square, if neither the file nor the default says so.
    var squares: Bool {
        // SigLIP's default is a square, but a single number is its shorter side.
        if case .exact = size { return name != "Siglip" }
        return false
    }
    /// The models of this class, as `model_type` calls them.
    var models: [String] = []

    /// The family of a class name: `ViTImageProcessorFast` and `ViTFeatureExtractor` are both
    /// `ViT`.
    static func named(_ type: String) -> ProcessorFamily? {
        let name = baseName(type)
        return all.first { $0.name == name }
    }

    /// A class name without its endings; what has none of them is no processor.
    private static func baseName(_ type: String) -> Substring {
        var name = Substring(type)
        for ending in ["Fast", "Pil"] where name.hasSuffix(ending) {
            name = name.dropLast(ending.count)
        }
        for ending in ["ImageProcessor", "FeatureExtractor"] where name.hasSuffix(ending) {
            return name.dropLast(ending.count)
        }
        return ""
    }

    /// The family with the defaults of an edition.
    func of(_ edition: ProcessorEdition) -> ProcessorFamily {
        var family = self
        if edition.release == .four { family.filter = oldFilter ?? filter }
        if edition.isSlow {
            family.crops = slowCrops
            if name == "Beit" {
                family.size = Self.exact(256)
                family.crop = Self.square(224)
            }
        }
        return family
    }

    /// The family for a `model_type`.
    static func of(model: String) -> ProcessorFamily? {
        all.first { $0.models.contains(model) }
    }

    private static let half = [0.5, 0.5, 0.5]
    private static let imageNet = (mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225])
    private static let clip = (
        mean: [0.48145466, 0.4578275, 0.40821073], std: [0.26862954, 0.26130258, 0.27577711]
    )

    private static func square(_ side: Int) -> Preprocessing.Size {
        Preprocessing.Size(height: side, width: side)
    }

    private static func exact(_ side: Int) -> Preprocessing.ResizeTarget {
        .exact(height: side, width: side)
    }

    /// All known families.
    static let all: [ProcessorFamily] = [
        ProcessorFamily(
            name: "ViT", size: exact(224), filter: .bilinear, mean: half, std: half,
            models: [
                "vit", "swin", "swinv2", "swiftformer", "vit_msn", "vit_mae", "ijepa", "dinat",
                "nat",
                "clipseg", "mgp-str", "trocr",
            ]),
        ProcessorFamily(
            name: "DeiT", size: exact(256), crop: square(224), filter: .bicubic, slowCrops: true,
            mean: half, std: half, models: ["deit"]),
        ProcessorFamily(
            name: "Beit", size: exact(224), filter: .bicubic, slowCrops: true, mean: half,
            std: half,
            models: ["beit", "data2vec-vision"]),
        ProcessorFamily(
            name: "ConvNext", size: .shorter(384), filter: .bicubic, oldFilter: .bilinear,
            mean: half,
            std: half, resizeRule: .convNext,
            models: ["convnext", "convnextv2", "resnet", "regnet", "cvt", "van"]),
        ProcessorFamily(
            name: "EfficientNet", size: exact(346), filter: .bicubic, oldFilter: .nearest,
            slowCrops: true, mean: half, std: half,
            isEfficientNet: true, models: ["efficientnet", "align"]),
        ProcessorFamily(
            name: "MobileNetV1", size: .shorter(256), crop: square(224), filter: .bilinear,
            slowCrops: true, mean: half, std: half, models: ["mobilenet_v1"]),
        ProcessorFamily(
            name: "MobileNetV2", size: .shorter(256), crop: square(224), filter: .bilinear,
            slowCrops: true, mean: half, std: half, models: ["mobilenet_v2"]),
        ProcessorFamily(
            name: "Levit", size: .shorter(224), crop: square(224), filter: .bicubic,
            slowCrops: true, mean: imageNet.mean, std: imageNet.std, resizeRule: .levit,
            models: ["levit"]),
        ProcessorFamily(
            name: "PoolFormer", size: .shorter(224), crop: square(224), filter: .bicubic,
            slowCrops: true, mean: imageNet.mean, std: imageNet.std, resizeRule: .poolFormer,
            cropShare: 0.9,
            models: ["poolformer"]),
        ProcessorFamily(
            name: "MobileViT", size: .shorter(224), crop: square(256), filter: .bicubic,
            oldFilter: .bilinear, slowCrops: true, mean: half, std: half, isMobileViT: true,
            models: ["mobilevit", "mobilevitv2"]),
        ProcessorFamily(
            name: "Bit", size: .shorter(224), crop: square(224), filter: .bicubic,
            slowCrops: true, mean: clip.mean, std: clip.std,
            models: ["bit", "dinov2", "dinov2_with_registers", "focalnet", "hiera", "pixio"]),
        ProcessorFamily(
            name: "CLIP", size: .shorter(224), crop: square(224), filter: .bicubic,
            slowCrops: true, mean: clip.mean, std: clip.std,
            models: [
                "clip", "clip_vision_model", "metaclip_2", "aimv2", "aimv2_vision_model", "altclip",
                "florence2", "git", "groupvit", "mlcd", "xclip",
            ]),
        ProcessorFamily(
            name: "Siglip", size: exact(224), filter: .bicubic, mean: half, std: half,
            models: ["siglip", "siglip_vision_model"]),
        ProcessorFamily(
            name: "Pvt", size: exact(224), filter: .bicubic, oldFilter: .bilinear,
            mean: imageNet.mean, std: imageNet.std, models: ["pvt", "pvt_v2"]),
        ProcessorFamily(
            name: "Segformer", size: exact(512), filter: .bilinear, crops: false,
            mean: imageNet.mean, std: imageNet.std, models: ["segformer", "upernet"]),
        ProcessorFamily(
            name: "Blip", size: exact(384), filter: .bicubic, mean: clip.mean, std: clip.std,
            models: ["blip", "blip-2"]),
        // Only version 4 has these two.
        ProcessorFamily(
            name: "ViTHybrid", size: .shorter(224), crop: square(224), filter: .bicubic,
            slowCrops: true, mean: clip.mean, std: clip.std, models: ["vit_hybrid"]),
        ProcessorFamily(
            name: "EfficientFormer", size: exact(224), crop: square(224), filter: .bicubic,
            slowCrops: true, mean: imageNet.mean, std: imageNet.std, models: ["efficientformer"]),
    ]

    /// Why the processor of a class name can't be reproduced, if it is one of those we know.
    static func obstacle(_ type: String) -> String? { obstacles[baseName(type)] }

    private static let obstacles: [Substring: String] = [
        "DINOv3ViT": "rescales pictures before it resizes them",
        "Donut": "makes thumbnails and pads them",
        "ImageGPT": "turns pixels into numbers of colours",
        "Perceiver": "crops pictures before it resizes them",
        "PPLCNet": "resizes to multiples of a divisor",
        "Qwen2VL": "cuts pictures into patches",
        "Siglip2": "cuts pictures into patches",
        "TextNet": "resizes to multiples of a divisor, which differ from picture to picture",
        "VideoMAE": "takes videos",
        "Vivit": "takes videos",
    ]
}
