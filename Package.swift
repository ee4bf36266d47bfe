// swift-tools-version: 6.2

import PackageDescription

// Imports run one way, as ARCHITECTURE.md draws them; the targets are listed from the leaf upwards.
// `make build` refuses any other import (`--explicit-target-dependency-import-check error`).

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let strictC: [CSetting] = [
    .unsafeFlags(["-Wall", "-Wextra", "-Werror"])
]

// The fuzz targets: a test target that replays inputs that fuzzing found. With AMPHORA_FUZZ in the
// environment, which only tools/fuzz.sh sets, it is the fuzzer itself.
let fuzzed: [Target.Dependency] = ["Basics", "Tensors", "Onnx", "MXNetImport", "Inference", "HTTP"]
let fuzzing: Target =
    Context.environment["AMPHORA_FUZZ"] == nil
    ? .testTarget(
        name: "FuzzTests", dependencies: fuzzed + ["TestSupport"],
        exclude: ["Fuzzer", "Corpus", "Dictionaries"],
        swiftSettings: strict)
    : .executableTarget(
        name: "fuzz", dependencies: fuzzed, path: "Tests/FuzzTests",
        exclude: ["Replay", "Corpus", "Dictionaries"], swiftSettings: strict)

let package = Package(
    name: "amphora",
    products: [
        .executable(name: "amphora", targets: ["App"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2")
    ],
    targets: [
        // One small target for each C library: its headers, and typed shims for what Swift cannot import.
        .target(name: "CLinux", cSettings: strictC),
        .target(name: "CCurl", cSettings: strictC, linkerSettings: [.linkedLibrary("curl")]),
        .target(name: "CCrypto", cSettings: strictC, linkerSettings: [.linkedLibrary("crypto")]),
        .target(name: "CPicture", cSettings: strictC),
        .target(
            name: "CJPEG", dependencies: ["CPicture"], cSettings: strictC,
            linkerSettings: [.linkedLibrary("jpeg")]),
        .target(
            name: "CPNG", dependencies: ["CPicture"], cSettings: strictC,
            linkerSettings: [.linkedLibrary("png"), .linkedLibrary("z")]),
        .target(
            name: "CWebP", dependencies: ["CPicture"], cSettings: strictC,
            linkerSettings: [.linkedLibrary("webp"), .linkedLibrary("webpdemux")]),
        // Loaded when the first such picture comes, so they are not linked.
        .target(name: "CTIFF", dependencies: ["CPicture"], cSettings: strictC),
        .target(name: "CAVIF", dependencies: ["CPicture"], cSettings: strictC),
        .target(name: "CZlib", cSettings: strictC, linkerSettings: [.linkedLibrary("z")]),
        .target(name: "CBrotli", cSettings: strictC, linkerSettings: [.linkedLibrary("dl")]),
        .target(name: "COnnxRuntime", cSettings: strictC, linkerSettings: [.linkedLibrary("dl")]),

        .target(name: "Basics", dependencies: ["CCrypto", "CZlib"], swiftSettings: strict),
        .target(name: "EventLoop", dependencies: ["CLinux"], swiftSettings: strict),
        .target(name: "HTTP", dependencies: ["Basics"], swiftSettings: strict),
        .target(
            name: "Runtime",
            dependencies: ["Basics", "EventLoop", "HTTP", "CCurl", "CBrotli", "CLinux"],
            swiftSettings: strict),
        .target(name: "Tensors", dependencies: ["Basics"], swiftSettings: strict),
        .target(name: "Onnx", dependencies: ["Basics", "Tensors"], swiftSettings: strict),
        .target(
            name: "MXNetImport", dependencies: ["Basics", "Tensors", "Onnx"], swiftSettings: strict),
        .target(
            name: "Inference",
            dependencies: [
                "Basics", "Tensors", "Onnx", "MXNetImport", "CPicture", "CJPEG", "CPNG", "CWebP",
                "CTIFF", "CAVIF", "COnnxRuntime",
            ],
            swiftSettings: strict),
        .target(
            name: "ModelStore",
            dependencies: ["Basics", "EventLoop", "Runtime"], swiftSettings: strict),
        .target(
            name: "Serving",
            dependencies: [
                "Basics", "EventLoop", "HTTP", "Runtime", "Tensors", "Inference", "ModelStore",
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "App",
            dependencies: [
                "Basics", "EventLoop", "HTTP", "Runtime", "Tensors", "Inference", "ModelStore",
                "Serving",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict,
            // The libraries of most symbols come first: the dynamic linker searches in this order, eleven
            // thousand times a start.
            linkerSettings: [
                .linkedLibrary("crypto"), .linkedLibrary("stdc++"), .linkedLibrary("c"),
            ]),

        // The bare loop that the server is compared with (benchmarks/README.md). Not shipped.
        .executableTarget(
            name: "bare", dependencies: ["Basics", "Inference", "Runtime"], path: "benchmarks/bare",
            swiftSettings: strict),

        .target(
            name: "TestSupport", dependencies: ["EventLoop", "CZlib"], path: "Tests/Support",
            swiftSettings: strict),
        .testTarget(
            name: "EventLoopTests", dependencies: ["EventLoop", "CLinux", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "BasicsTests", dependencies: ["Basics", "CCrypto", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "TensorsTests", dependencies: ["Basics", "Tensors", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "HTTPTests", dependencies: ["HTTP", "TestSupport"],
            exclude: ["Fixtures"], swiftSettings: strict),
        .testTarget(
            name: "InferenceTests",
            dependencies: [
                "Basics", "Tensors", "Onnx", "MXNetImport", "Inference", "CJPEG", "CPNG", "CWebP",
                "COnnxRuntime", "TestSupport",
            ],
            exclude: ["Fixtures"], swiftSettings: strict),
        .target(
            name: "CAllocationCounter", path: "Tests/CAllocationCounter", cSettings: strictC),
        .testTarget(
            name: "RuntimeTests",
            dependencies: [
                "Basics", "Runtime", "EventLoop", "HTTP", "CLinux", "CAllocationCounter",
                "TestSupport",
            ],
            swiftSettings: strict,
            // For NameLookup.swift: makes libcurl find the test's own getaddrinfo first.
            linkerSettings: [
                .unsafeFlags(["-Xlinker", "--export-dynamic-symbol=getaddrinfo"])
            ]),
        .testTarget(
            name: "ModelStoreTests",
            dependencies: [
                "Basics", "EventLoop", "HTTP", "Runtime", "ModelStore", "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ServingTests",
            dependencies: [
                "Basics", "EventLoop", "HTTP", "Runtime", "Tensors", "Inference", "ModelStore",
                "Serving", "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "AppTests",
            dependencies: [
                "Basics", "EventLoop", "HTTP", "Runtime", "Inference", "ModelStore", "Serving",
                "App", "TestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        fuzzing,
    ],
    cLanguageStandard: .c11
)
