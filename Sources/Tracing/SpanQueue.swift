import Synchronization

/// Ended spans that wait to be exported: so many at most, and further ones are dropped and counted. Safe to use from any
/// thread; its lock is held for the time of an append, or of taking a batch out.
public final class SpanQueue: Sendable {
    private struct State {
        var spans: [TraceSpan] = []
        var dropped = 0
    }

    private let limit: Int
    private let batch: Int
    private let state = Mutex(State())
    /// Signalled when there is a whole batch, and at a stop.
    let signal = Signal()

    /// - Parameters:
    ///   - limit: spans that may wait.
    ///   - batch: spans that are exported at once.
    public init(limit: Int, batch: Int) {
        self.limit = limit
        self.batch = min(batch, limit)
    }

    /// Spans that were dropped because there was no room.
    public var dropped: Int { state.withLock(\.dropped) }

    /// Spans that wait.
    public var count: Int { state.withLock(\.spans.count) }

    var hasBatch: Bool { count >= batch }

    func add(_ span: TraceSpan) {
        let isBatch = state.withLock { state in
            guard state.spans.count < limit else {
                state.dropped += 1
                return false
            }
            state.spans.append(span)
            return state.spans.count.isMultiple(of: batch)
        }
        if isBatch { signal.send() }
    }

    /// Takes the oldest spans out: a batch, or what there is.
    public func take() -> [TraceSpan] {
        state.withLock { state in
            let taken = Array(state.spans.prefix(batch))
            state.spans.removeFirst(taken.count)
            return taken
        }
    }
}

/// Ends the wait of a task. Safe to use from any thread.
final class Signal: Sendable {
    private enum State {
        case idle
        /// Sent, and not waited for yet.
        case sent
        case awaited(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.idle)

    /// Ends the wait, or the next one if there is none now.
    func send() { end(orKeep: true) }

    /// Waits until a signal is sent, or the task is cancelled. One task at a time may wait.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let isOver = state.withLock { state in
                    if Task.isCancelled { return true }
                    if case .sent = state {
                        state = .idle
                        return true
                    }
                    state = .awaited(waiter)
                    return false
                }
                if isOver { waiter.resume() }
            }
        } onCancel: {
            end(orKeep: false)
        }
    }

    private func end(orKeep isKept: Bool) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if case .awaited(let waiter) = state {
                state = .idle
                return waiter
            }
            if isKept { state = .sent }
            return nil
        }
        waiter?.resume()
    }
}
