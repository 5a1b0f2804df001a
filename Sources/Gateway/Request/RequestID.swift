import Formats
import HTTPExchange
import Synchronization
import Telemetry

/// The identifier of a request, for its reply and the log.
enum RequestID: Sendable {
    /// Made here, written as 16 hexadecimal digits.
    case number(UInt64)
    /// Sent by the client.
    case given(String)

    /// 0 if the client sent one.
    var number: UInt64 {
        if case .number(let number) = self { number } else { 0 }
    }

    /// Whether the client sent it.
    var isGiven: Bool {
        if case .given = self { true } else { false }
    }

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

/// Gives every request an identifier. Safe to use from any thread.
final class RequestIDSource: Sendable {
    private let seed: UInt64
    private let count = Atomic<UInt64>(0)

    /// - Parameter seed: a random number, so that two replicas make different identifiers.
    init(seed: UInt64 = .random(in: .min ... .max)) {
        self.seed = seed
    }

    /// The client's identifier if it is `[A-Za-z0-9._-]{1,64}`, else a new one, which is unique for all practical purposes
    /// and not secret.
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
