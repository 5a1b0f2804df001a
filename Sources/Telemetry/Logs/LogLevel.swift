public import Logging
import Synchronization

/// The least severe level that is logged, for all loggers that share it; it can change while they are used. Safe to use from any
/// thread.
public final class LogLevel: Sendable {
    private let severity: Atomic<UInt8>

    public init(_ level: Logger.Level) {
        severity = Atomic(Self.severity(of: level))
    }

    public var current: Logger.Level { Logger.Level.allCases[Int(severity.load(ordering: .relaxed))] }

    public func change(to level: Logger.Level) { severity.store(Self.severity(of: level), ordering: .relaxed) }

    private static func severity(of level: Logger.Level) -> UInt8 {
        UInt8(Logger.Level.allCases.firstIndex(of: level) ?? 0)
    }
}
