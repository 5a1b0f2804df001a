/// What each module may import.
enum Layers {
    /// The layer of each module: a module may import only modules of a lower layer.
    static let number = [
        "CMicroHTTPD": 0, "CCurl": 0, "CExpat": 0, "CSpawn": 0, "CThreads": 0, "CProcess": 0,
        "Formats": 0,
        "Threads": 1, "HTTPExchange": 1, "SigV4": 1, "Caching": 1, "RateLimiting": 1, "Telemetry": 1,
        "MicroHTTPD": 2, "Curl": 2, "Expat": 2, "ChildProcess": 2, "OwnProcess": 2,
        "AWSEndpoints": 2,
        "AWSCredentials": 3, "Transcribe": 3, "Tracing": 3,
        "Gateway": 4, "TranscribeEmulator": 4,
        "TranscribeGateway": 5,
    ]

    /// What each module may import besides the standard library; a C library is opened in its own wrapper only.
    static let imports: [String: Set<String>] = [
        "Formats": [],
        "Threads": ["CThreads", "Glibc"],
        "HTTPExchange": ["Formats", "HTTPTypes"],
        "SigV4": ["Crypto", "Formats"],
        "Caching": [],
        "RateLimiting": [],
        "Telemetry": ["CoreMetrics", "Dispatch", "Formats", "Logging", "SystemPackage"],
        "MicroHTTPD": ["CMicroHTTPD", "Formats", "Glibc", "HTTPExchange", "HTTPTypes", "Threads"],
        "Curl": ["CCurl", "Formats", "Glibc", "Threads"],
        "Expat": ["CExpat"],
        "ChildProcess": ["CSpawn", "Glibc", "Threads"],
        "OwnProcess": ["CProcess", "Formats", "Glibc", "Threads"],
        "AWSEndpoints": ["Formats", "HTTPExchange"],
        "AWSCredentials": [
            "AWSEndpoints", "ChildProcess", "Crypto", "Curl", "Expat", "Formats", "FoundationEssentials", "SigV4",
        ],
        "Transcribe": ["AWSEndpoints", "Curl", "Expat", "Formats", "FoundationEssentials", "SigV4"],
        "Tracing": ["Curl", "Formats", "FoundationEssentials", "Telemetry"],
        "Gateway": [
            "Caching", "CoreMetrics", "Crypto", "Curl", "Formats", "FoundationEssentials", "HTTPExchange", "HTTPTypes",
            "HeapModule", "Logging", "RateLimiting", "Telemetry", "Threads", "Tracing", "Transcribe",
        ],
        "TranscribeEmulator": ["Formats", "FoundationEssentials", "HTTPExchange", "HTTPTypes", "SigV4"],
        "TranscribeGateway": [
            "AWSCredentials", "AWSEndpoints", "ArgumentParser", "Caching", "Crypto",
            "Curl", "Formats", "FoundationEssentials", "Gateway", "Glibc", "HTTPExchange", "Logging", "MicroHTTPD",
            "OwnProcess", "RateLimiting", "ServiceLifecycle", "SigV4",
            "SystemPackage", "Telemetry", "Threads", "Tracing", "Transcribe", "TranscribeEmulator", "UnixSignals",
        ],
    ]

    /// Part of the language wherever it is used.
    static let standardLibrary: Set = ["Swift", "Synchronization"]

    /// The folders in which unsafe code may stand: those that wrap a C library, the system's own among them.
    static let unsafeModules: Set = ["Threads", "MicroHTTPD", "Curl", "Expat", "ChildProcess", "OwnProcess"]
}
