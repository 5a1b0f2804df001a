import TestSupport
import Testing

@testable import Gateway

@Suite struct AccessRecordTests {
    private enum Event {
        case accepted, rejected
        case denied(Int)
    }

    private func record(_ events: some Sequence<(number: UInt64, event: Event)>) -> AccessRecord {
        events.reduce(into: AccessRecord()) { record, next in
            switch next.event {
            case .accepted: record.accept(next.number)
            case .rejected: record.reject(next.number)
            case .denied(let job): record.deny(job, next.number)
            }
        }
    }

    /// Each row is a history of attempts in the order of their begins.
    private static let rows: [(events: [Event], isRevoked: Bool)] = [
        ([], false), ([.accepted], false), ([.rejected], true), ([.rejected, .accepted], false),
        ([.accepted, .rejected], true), ([.denied(1)], false), ([.denied(1), .denied(2)], false),
        ([.denied(1), .denied(2), .denied(3)], true), ([.denied(1), .denied(2), .denied(1), .denied(2)], false),
        ([.denied(1), .accepted, .denied(2), .denied(3)], false),
        ([.denied(1), .denied(2), .denied(3), .accepted], false),
        ([.denied(1), .denied(2), .accepted, .denied(3), .denied(1), .denied(2)], true),
        ([.denied(1), .denied(2), .denied(3), .denied(1), .accepted, .denied(4), .denied(4)], false),
        ([.denied(1), .accepted, .denied(1), .denied(2), .denied(3), .rejected], true),
        ([.denied(1), .denied(2), .denied(3), .denied(4), .denied(1)], true),
        ([.denied(1), .denied(2), .accepted, .denied(1), .denied(2)], false),
    ]

    /// The answers of attempts that are under way at the same time come in any order.
    @Test(arguments: rows.indices) func theOrderOfTheAnswersChangesNothing(row: Int) {
        let (events, isRevoked) = Self.rows[row]
        let history = events.enumerated().map { (number: UInt64($0.offset + 1), event: $0.element) }
        #expect(record(history).isRevoked == isRevoked)
        var random = SplitMix64(seed: 9)
        for _ in 0..<200 { #expect(record(history.shuffled(using: &random)).isRevoked == isRevoked) }
    }
}
