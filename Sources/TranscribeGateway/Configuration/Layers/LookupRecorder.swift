import Configuration
import Synchronization

/// Remembers which layer answered for each key: the reader tells this to its reporter only.
final class LookupRecorder: AccessReporter {
    struct Winner {
        let layer: Int
        let encodedKey: String
    }

    private let winners = Mutex<[String: Winner]>([:])

    func report(_ event: AccessEvent) {
        // The reader stops at the first layer with a value, so the winner is the last one asked.
        guard let last = event.providerResults.last, case .success(let lookup) = last.result, lookup.value != nil
        else { return }
        let winner = Winner(layer: event.providerResults.count - 1, encodedKey: lookup.encodedKey)
        winners.withLock { $0[event.metadata.key.description] = winner }
    }

    func winner(for key: String) -> Winner? {
        winners.withLock { $0[key] }
    }
}
