import Formats
import HTTPExchange
import Synchronization
import Telemetry

/// The name of a request.
enum RequestID: Sendable {
    /// Ours, written as 16 hexadecimal digits.
    case number(UInt64)
    /// The client's.
    case given(String)

    var text: String {
        switch self {
        case .number(let number): String(hexadecimal: number)
        case .given(let text): text
        }
    }
}

extension FieldValue {
    mutating func write(_ id: RequestID) {
        switch id {
        case .number(let number): write(hexadecimal: number)
        case .given(let text): write(text)
        }
    }
}

extension LogLine {
    mutating func member(_ name: LogName, _ id: RequestID) {
        switch id {
        case .number(let number): member(name, hexadecimal: number)
        case .given(let text): member(name, text)
        }
    }
}

/// Gives every request a name by which people can find it in the log.
final class RequestIDSource: Sendable {
    private let seed: UInt64
    private let count = Atomic<UInt64>(0)

    /// - Parameter seed: a random number, so that two replicas don't use the same names.
    init(seed: UInt64 = .random(in: .min ... .max)) {
        self.seed = seed
    }

    /// The client's own name if it is `[A-Za-z0-9._-]{1,64}`, else a new one: unique for all practical purposes, not secret.
    func id(suggested: String?) -> RequestID {
        if let suggested, suggested.isName(maximumLength: 64) { return .given(suggested) }
        return .number(Self.mixed(seed &+ count.wrappingAdd(1, ordering: .relaxed).newValue))
    }

    /// SplitMix64's finalizer: a bijection, so different counts give different numbers.
    private static func mixed(_ value: UInt64) -> UInt64 {
        var z = value &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
