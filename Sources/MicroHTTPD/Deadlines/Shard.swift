import CMicroHTTPD  // The Glibc module leaves socket headers to whichever module includes them first.
import Glibc
import HTTPExchange

/// How long a connection may take, in ticks of ``CoarseClock``, and how many are ended for others.
struct ConnectionLimits {
    let idleTicks: Int
    let requestTicks: Int
    let heartbeatTicks: Int
    /// Idle connections that a tick ends at most while new ones wait.
    let shedding: Int

    init(_ options: ServerOptions) {
        idleTicks = CoarseClock.ticks(in: options.idleTimeout)
        requestTicks = CoarseClock.ticks(in: options.requestTimeout)
        heartbeatTicks = CoarseClock.ticks(in: options.heartbeat)
        shedding = 16 + options.connections / 100
    }
}

/// A part of the ``ConnectionTable``. Not safe for concurrent access.
struct Shard: ~Copyable {
    /// What a pass has found and what cannot be done in the lock: to resume a connection takes a mutex of the library.
    struct Findings {
        /// Suspended requests whose client has left.
        var left: [SuspendedRequest] = []
        /// Streams whose socket has been shut down.
        var aborted: [StreamedReply] = []
        /// Streams that have to send something.
        var silent: [StreamedReply] = []
    }

    fileprivate struct Entry {
        let connection: Connection
        /// What the last pass saw of a connection that waited for its client: its phase, and what had come until then.
        var seen: (phase: ConnectionPhase.Value, progress: SocketProgress)?
        /// Passes since the client finished sending while its request waits.
        var passesSinceEnd = 0
    }

    /// Each connection knows its place here, so that it is removed without a search.
    private var entries: [Entry] = []

    mutating func insert(_ connection: Connection) {
        connection.place = entries.count
        entries.append(Entry(connection: connection))
    }

    mutating func remove(_ connection: Connection) {
        let last = entries.removeLast()
        guard last.connection !== connection else { return }
        last.connection.place = connection.place
        entries[connection.place] = last
    }

    func count(_ isCounted: (Connection) -> Bool) -> Int { entries.count { isCounted($0.connection) } }

    func waiting(upTo count: Int) -> [SuspendedRequest] {
        Array(entries.lazy.compactMap(\.connection.suspendedRequest).prefix(count))
    }

    /// Ends the connections whose time is up, compares those that wait with what the last pass saw, and judges the streams.
    mutating func reap(at tick: Int, _ limits: ConnectionLimits, _ counters: ServerCounters) -> Findings {
        var found = Findings()
        var longestSilence = 0
        for index in entries.indices where !entries[index].endsIfOverdue(at: tick, counters) {
            let connection = entries[index].connection
            guard connection.phase.value.stage == .streaming, let stream = connection.streamedReply else {
                if let request = entries[index].observe(at: tick, limits) { found.left.append(request) }
                continue
            }
            let silence = stream.silence(at: tick)
            if connection.ends(stream, at: tick, limits, counters) {
                found.aborted.append(stream)
            } else if silence * 4 >= limits.heartbeatTicks * 3 {
                found.silent.append(stream)
                longestSilence = max(longestSilence, silence)
            }
        }
        // Those that are due soon are woken with one that is due: from then on they are due together.
        if longestSilence < limits.heartbeatTicks { found.silent = [] }
        return found
    }

    /// Gives the streams so long to be taken. Returns them.
    func completeStreams(until tick: Int) -> [StreamedReply] {
        entries.compactMap { entry in
            let phase = entry.connection.phase.value
            if phase.stage == .streaming { _ = entry.connection.phase.replace(phase, with: .sending, until: tick) }
            return entry.connection.streamedReply
        }
    }

    /// Ends some connections that have been idle since the last pass, those first that have been idle longest: new
    /// clients get their places and descriptors.
    func shed(_ limits: ConnectionLimits, _ counters: ServerCounters) {
        func start(of phase: ConnectionPhase.Value) -> Int {
            phase.deadline - (phase.stage == .idle ? limits.idleTicks : limits.requestTicks)
        }
        let idle = entries.compactMap { entry in entry.idlePhase.map { (entry, phase: $0) } }
        let longestFirst = idle.sorted { start(of: $0.phase) < start(of: $1.phase) }
        // A request may have come while they were sorted.
        for (entry, phase) in longestFirst.prefix(limits.shedding) where entry.idlePhase == phase {
            entry.end(in: phase, countingAs: .idle, counters)
        }
    }
}

extension Shard.Entry {
    /// The phase, if the client has sent nothing since its last request, or nothing at all, from the last pass until now. What
    /// it has sent may still be in the socket: the library's threads can be late. Of a new connection on a Unix socket that is not
    /// known.
    fileprivate var idlePhase: ConnectionPhase.Value? {
        let phase = connection.phase.value
        guard let seen, seen.phase == phase, !connection.hasUnreadRequest,
            let progress = SocketProgress(of: connection.socket),
            progress.bytesReceived == (phase.stage == .idle ? seen.progress.bytesReceived : 0)
        else { return nil }
        return phase
    }

    /// Whether its time was up.
    fileprivate func endsIfOverdue(at tick: Int, _ counters: ServerCounters) -> Bool {
        let phase = connection.phase.value
        guard phase.isOverdue(at: tick), phase.stage != .idle || !connection.hasUnreadRequest else { return false }
        return end(in: phase, countingAs: phase.stage, counters)
    }

    /// Ends the connection unless its phase has changed. Counts before that: a client that sees the end finds it counted.
    @discardableResult
    fileprivate func end(
        in phase: ConnectionPhase.Value, countingAs stage: ConnectionPhase.Stage, _ counters: ServerCounters
    ) -> Bool {
        guard connection.phase.replace(phase, with: .ended) else { return false }
        counters.recordTimeout(in: stage)
        connection.end()
        return true
    }

    /// Notices what libmicrohttpd does not report. Returns the request of a client that has left.
    fileprivate mutating func observe(at tick: Int, _ limits: ConnectionLimits) -> SuspendedRequest? {
        let phase = connection.phase.value
        if phase.stage == .handling { return suspendedRequestOfLeftClient() }
        passesSinceEnd = 0
        guard phase.waitsForClient, let progress = SocketProgress(of: connection.socket) else {
            seen = nil
            return nil
        }
        if let seen, seen.phase == phase {
            noticeChange(from: seen.progress, to: progress, in: phase, at: tick, limits.requestTicks)
        }
        seen = (phase, progress)
        return nil
    }

    /// The library reads the first bytes of a request at once and calls back only when the line is complete: the request's
    /// deadline begins at the pass that finds more bytes. And its epoll set is edge-triggered, so it misses a client's end
    /// that came together with the bytes that it read last: such a connection would stay open until its time is up.
    ///
    /// A part of a request that came together with the request before it, and then nothing more, counts as idle; and so does any part of
    /// a later request on a Unix socket.
    private func noticeChange(
        from old: SocketProgress, to new: SocketProgress, in phase: ConnectionPhase.Value, at tick: Int,
        _ requestTicks: Int
    ) {
        if new.bytesReceived != old.bytesReceived {
            if phase.stage == .idle {
                _ = connection.phase.replace(phase, with: .reading, until: tick + requestTicks + 1)
            }
        } else if new.hasFinished, !SocketProgress.hasUnread(connection.socket),
            connection.phase.replace(phase, with: .ended)
        {
            connection.end()
        }
    }

    /// The library does not watch a suspended connection (microhttpd.h, `MHD_suspend_connection`).
    private mutating func suspendedRequestOfLeftClient() -> SuspendedRequest? {
        seen = nil
        guard let request = connection.suspendedRequest, let progress = SocketProgress(of: connection.socket) else {
            passesSinceEnd = 0
            return nil
        }
        passesSinceEnd = progress.hasFinished ? passesSinceEnd + 1 : 0
        return progress.hasBroken || passesSinceEnd > StreamProgress.patience ? request : nil
    }
}

extension Connection {
    /// Whether something has come from the client that the library has not read, while it waits for a request.
    var hasUnreadRequest: Bool { phase.value.waitsForClient && SocketProgress.hasUnread(socket) }

    /// Shuts the socket down if the client of the stream has left, takes nothing or has vanished. Then the stream has to be
    /// aborted: where it is suspended, the library does not see the end.
    fileprivate func ends(
        _ stream: StreamedReply, at tick: Int, _ limits: ConnectionLimits, _ counters: ServerCounters
    ) -> Bool {
        guard let seen = SocketProgress(of: socket) else { return false }
        let judgement = stream.progress.judge(
            seen, at: tick, idleTicks: limits.idleTicks, heartbeatTicks: limits.heartbeatTicks)
        let value = phase.value
        guard judgement != .healthy, value.stage == .streaming, phase.replace(value, with: .ended) else { return false }
        counters.recordEnd(of: judgement)
        end()
        return true
    }

    /// shutdown(2), not close(2): the library then reads an end of file and cleans up by itself.
    fileprivate func end() { shutdown(socket, Int32(SHUT_RDWR)) }
}
