/// The listener for probes, metrics and purging.
struct AdminSettings: Sendable {
    let host: ListenAddress
    /// 0 = any free one.
    let port: UInt16
    let purgesForAnybody: Bool

    init(from reader: inout SettingsReader) {
        host = reader.value(
            "admin.host", .listenAddress, default: "127.0.0.1", "address of the listener for probes and metrics")
        port = reader.value("admin.port", .port, default: "8081", "port of that listener; 0 takes any free one")
        purgesForAnybody = reader.value(
            "admin.purge", .bool, default: "false", "whether others than this machine may purge the cache there")
    }
}
