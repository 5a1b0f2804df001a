// swift-tools-version: 6.2
import PackageDescription

/// The commit that is built: the image's build names it. A build without it calls its revision unknown, because what git says
/// when the manifest is read may be older than the sources: SwiftPM keeps a manifest that has not changed.
let revision = Context.environment["TRANSCRIBE_GATEWAY_REVISION"] ?? "unknown"

let package = Package(
    name: "transcribe-gateway",
    products: [.executable(name: "transcribe-gateway", targets: ["TranscribeGateway"])],
    // Exact, so that a commit is built from the same sources wherever and whenever it is built.
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    // Ordered by layer: a target may depend only on targets of a lower layer (Tests/ArchitectureTests holds this).
    targets: [
        // Layer 0: the C libraries, and how bytes, numbers and times are written.
        .systemLibrary(
            name: "CMicroHTTPD", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
        .systemLibrary(name: "CSpawn"),
        .systemLibrary(name: "CThreads"),
        .target(name: "CProcess", cSettings: [.define("REVISION", to: "\"\(revision)\"")]),
        .target(name: "Formats"),
        // Layer 1: ideas that know nothing of each other.
        .target(name: "Threads", dependencies: ["CThreads"]),
        .target(name: "HTTPExchange", dependencies: ["Formats", .httpTypes]),
        .target(name: "SigV4", dependencies: ["Formats", .crypto]),
        .target(name: "Caching"),
        .target(name: "RateLimiting"),
        .target(name: "Telemetry", dependencies: ["Formats", .logging, .coreMetrics, .system]),
        // Layer 2: the C libraries in Swift's words.
        .target(name: "MicroHTTPD", dependencies: ["CMicroHTTPD", "Formats", "HTTPExchange", "Threads", .httpTypes]),
        .target(name: "Curl", dependencies: ["CCurl", "Formats", "Threads"]),
        .target(name: "Expat", dependencies: ["CExpat"]),
        .target(name: "ChildProcess", dependencies: ["CSpawn", "Threads"]),
        .target(name: "OwnProcess", dependencies: ["CProcess", "Formats", "Threads"]),
        .target(name: "AWSEndpoints", dependencies: ["Formats", "HTTPExchange"]),
        // Layer 3: AWS, and what is told of requests to other programs.
        .target(
            name: "AWSCredentials",
            dependencies: ["Formats", "SigV4", "AWSEndpoints", "Curl", "Expat", "ChildProcess", .crypto]),
        .target(name: "Transcribe", dependencies: ["Formats", "SigV4", "AWSEndpoints", "Curl", "Expat"]),
        .target(name: "Tracing", dependencies: ["Formats", "Curl", "Telemetry"]),
        // Layer 4: the product, and the upstream that demo and tests talk to.
        .target(
            name: "Gateway",
            dependencies: [
                "Formats", "HTTPExchange", "Caching", "Curl", "RateLimiting", "Telemetry", "Threads", "Tracing",
                "Transcribe",
                .httpTypes, .crypto, .coreMetrics, .heap, .logging,
            ],
            exclude: ["Gateway.docc"],
            resources: [
                .embedInCode("Resources/openapi.yaml"), .embedInCode("Resources/openapi.json"),
                .embedInCode("Resources/reading.json"), .embedInCode("Resources/docs.js"),
            ]),
        .target(name: "TranscribeEmulator", dependencies: ["Formats", "HTTPExchange", "SigV4", .httpTypes]),
        // Layer 5: the wiring.
        .executableTarget(
            name: "TranscribeGateway",
            dependencies: [
                "Formats", "HTTPExchange", "SigV4", "Caching", "RateLimiting", "Telemetry", "MicroHTTPD", "Curl",
                "AWSEndpoints", "AWSCredentials", "OwnProcess", "Threads", "Tracing", "Transcribe", "Gateway",
                "TranscribeEmulator",
                .argumentParser, .crypto, .lifecycle, .logging, .system, .unixSignals,
            ]),

        // What several test targets need: clocks, chance, threads, vectors; and a transport in place of curl.
        .target(name: "TestSupport", path: "Tests/TestSupport"),
        .target(
            name: "UpstreamTestSupport", dependencies: ["Curl", "Formats", "TestSupport", "Transcribe"],
            path: "Tests/UpstreamTestSupport"),

        .testTarget(name: "FormatsTests", dependencies: ["Formats"]),
        .testTarget(name: "ThreadsTests", dependencies: ["Threads", "TestSupport"]),
        .testTarget(name: "HTTPExchangeTests", dependencies: ["HTTPExchange", .httpTypes]),
        .testTarget(
            name: "SigV4Tests", dependencies: ["Formats", "SigV4", "TestSupport", .crypto], exclude: ["Oracle"]),
        .testTarget(name: "CachingTests", dependencies: ["Caching", "TestSupport"]),
        .testTarget(name: "RateLimitingTests", dependencies: ["RateLimiting", "TestSupport"]),
        .testTarget(name: "TelemetryTests", dependencies: ["Telemetry", .logging, .metrics]),
        .testTarget(name: "MicroHTTPDTests", dependencies: ["MicroHTTPD", "HTTPExchange", "TestSupport", .httpTypes]),
        .testTarget(name: "CurlTests", dependencies: ["Curl", "TestSupport", "Threads"]),
        .testTarget(name: "ExpatTests", dependencies: ["Expat"]),
        .testTarget(name: "ChildProcessTests", dependencies: ["ChildProcess", "TestSupport"]),
        .testTarget(name: "OwnProcessTests", dependencies: ["OwnProcess", "Threads"]),
        .testTarget(name: "AWSEndpointsTests", dependencies: ["AWSEndpoints", "TestSupport"]),
        .testTarget(
            name: "AWSCredentialsTests",
            dependencies: [
                "AWSCredentials", "AWSEndpoints", "ChildProcess", "Curl", "Formats", "HTTPExchange", "MicroHTTPD",
                "SigV4", "TestSupport", "UpstreamTestSupport", .httpTypes,
            ]),
        .testTarget(
            name: "TracingTests",
            dependencies: ["Tracing", "Curl", "Formats", "TestSupport", "UpstreamTestSupport"]),
        .testTarget(
            name: "TranscribeTests",
            dependencies: [
                "Transcribe", "Formats", "AWSEndpoints", "SigV4", "Curl", "TestSupport", "UpstreamTestSupport",
            ]),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "Gateway", "Formats", "HTTPExchange", "Caching", "Curl", "RateLimiting", "SigV4", "Telemetry",
                "TestSupport", "Tracing", "Transcribe", "UpstreamTestSupport", .crypto, .httpTypes, .logging,
            ]),
        .testTarget(
            name: "TranscribeEmulatorTests",
            dependencies: ["TranscribeEmulator", "Formats", "HTTPExchange", "SigV4", .httpTypes]),
        .testTarget(
            name: "TranscribeGatewayTests",
            dependencies: [
                "TranscribeGateway", "AWSCredentials", "AWSEndpoints", "Curl", "Formats", "Gateway", "MicroHTTPD",
                "OwnProcess", "RateLimiting", "SigV4", "Tracing", "Transcribe", .argumentParser,
            ]),
        .testTarget(name: "ArchitectureTests"),
        // No part of the product: what the parts of a request cost, counted by Tests/Performance/count.
        .executableTarget(
            name: "MicroBenchmarks",
            dependencies: [
                "Gateway", "Formats", "HTTPExchange", "Caching", "RateLimiting", "SigV4", "Telemetry", "Transcribe",
                .httpTypes,
            ],
            path: "Tests/Performance/MicroBenchmarks"),
    ],
    swiftLanguageModes: [.v6]
)

extension Target.Dependency {
    static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
    static let coreMetrics = product(name: "CoreMetrics", package: "swift-metrics")
    static let crypto = product(name: "Crypto", package: "swift-crypto")
    static let heap = product(name: "HeapModule", package: "swift-collections")
    static let httpTypes = product(name: "HTTPTypes", package: "swift-http-types")
    static let lifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let logging = product(name: "Logging", package: "swift-log")
    static let metrics = product(name: "Metrics", package: "swift-metrics")
    static let system = product(name: "SystemPackage", package: "swift-system")
    static let unixSignals = product(name: "UnixSignals", package: "swift-service-lifecycle")
}

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
    ]
}
