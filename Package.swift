// swift-tools-version: 6.2

import PackageDescription

// Arrows run one way: App → Runtime → EventLoop and HTTP; App → Inference. `make build` refuses any
// other import (`--explicit-target-dependency-import-check error`).

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

// The fuzz targets: a test target that replays what fuzzing found, and with AMPHORA_FUZZ in the
// environment, for tools/fuzz.sh only, the fuzzer itself.
let fuzzed: [Target.Dependency] = ["Inference", "HTTP"]
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
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: [
        // One small target for each C library: its headers, and typed shims for what Swift cannot import.
        .target(name: "CLinux", cSettings: strictC),
        .target(name: "CCurl", cSettings: strictC, linkerSettings: [.linkedLibrary("curl")]),
        .target(name: "CCrypto", cSettings: strictC, linkerSettings: [.linkedLibrary("crypto")]),
        .target(name: "CJPEG", cSettings: strictC, linkerSettings: [.linkedLibrary("jpeg")]),
        .target(name: "CPNG", cSettings: strictC, linkerSettings: [.linkedLibrary("png")]),
        .target(
            name: "CWebP", cSettings: strictC,
            linkerSettings: [.linkedLibrary("webp"), .linkedLibrary("webpdemux")]),
        .target(name: "CZlib", cSettings: strictC, linkerSettings: [.linkedLibrary("z")]),
        .target(name: "COnnxRuntime", cSettings: strictC, linkerSettings: [.linkedLibrary("dl")]),

        .target(name: "EventLoop", dependencies: ["CLinux"], swiftSettings: strict),
        .target(name: "HTTP", swiftSettings: strict),
        .target(
            name: "Inference", dependencies: ["CJPEG", "CPNG", "CWebP", "CZlib", "COnnxRuntime"],
            swiftSettings: strict),
        .target(
            name: "Runtime",
            dependencies: ["EventLoop", "HTTP", "CCurl", "CCrypto", "CLinux", "CZlib"],
            swiftSettings: strict),
        .executableTarget(
            name: "App",
            dependencies: [
                "Runtime", "EventLoop", "HTTP", "Inference",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict,
            // First those that most symbols are looked for in: the dynamic linker searches libraries
            // in this order, eleven thousand times a start.
            linkerSettings: [
                .linkedLibrary("crypto"), .linkedLibrary("stdc++"), .linkedLibrary("c"),
            ]),

        // What the server is compared with; benchmarks/README.md. Not shipped.
        .executableTarget(
            name: "bare", dependencies: ["Inference", "Runtime"], path: "benchmarks/bare",
            swiftSettings: strict),

        .target(
            name: "TestSupport", dependencies: ["EventLoop"], path: "Tests/Support",
            swiftSettings: strict),
        .testTarget(
            name: "EventLoopTests", dependencies: ["EventLoop", "CLinux", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "HTTPTests", dependencies: ["HTTP", "TestSupport"],
            exclude: ["Fixtures"], swiftSettings: strict),
        .testTarget(
            name: "InferenceTests",
            dependencies: [
                "Inference", "CJPEG", "CPNG", "CWebP", "CZlib", "COnnxRuntime", "TestSupport",
            ],
            exclude: ["Fixtures"], swiftSettings: strict),
        .target(
            name: "CAllocationCounter", path: "Tests/CAllocationCounter", cSettings: strictC),
        .testTarget(
            name: "RuntimeTests",
            dependencies: [
                "Runtime", "EventLoop", "HTTP", "CCrypto", "CLinux", "CAllocationCounter",
                "TestSupport",
            ],
            swiftSettings: strict,
            // For NameLookup.swift: libcurl is to find the test's own getaddrinfo first.
            linkerSettings: [
                .unsafeFlags(["-Xlinker", "--export-dynamic-symbol=getaddrinfo"])
            ]),
        .testTarget(
            name: "AppTests",
            dependencies: [
                "App", "Runtime", "EventLoop", "HTTP", "Inference", "TestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        fuzzing,
    ],
    cLanguageStandard: .c11
)
