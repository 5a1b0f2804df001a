import CMicroHTTPD
import Glibc
import Synchronization

/// The requests that libmicrohttpd refuses by itself, before it asks the handler: each is recorded once, with the status that
/// its client gets.
///
/// The library tells its log that it refuses a request, and not whose it is. Afterwards it reports the end of the request, if
/// the request line was well-formed, or the end of its connection. So the statuses wait here from the one to the other. Two
/// refusals with one status can change places, and the end of another connection can take a status that is one of a request
/// line: then the record lacks the client's address.
final class LibraryRefusals: Sendable {
    /// What the library finds wrong with a request line, and with header fields too where it is 400.
    private static let statusesOfRequestLines = [400, 414, 505]

    /// A status that no end is reported for would stay otherwise.
    private static let limit = 1_000

    private let pending = Mutex<[Int]>([])
    private let isEmpty = Atomic(true)

    /// The library refuses a request of the calling thread. The server does so instead where it finds the request.
    func receive(status: Int) {
        if LibraryBehaviour.observed.checks == .layout,
            let connection = IncompleteRequests.ofThisThread.refusedAfterHeader
        {
            return connection.refuseInstead(status: status)
        }
        pending.withLock { pending in
            if pending.count == Self.limit { pending.removeFirst() }
            pending.append(status)
            isEmpty.store(false, ordering: .relaxed)
        }
    }

    /// Whether a refusal with this status is waiting, which is then recorded by the caller.
    func take(_ status: Int) -> Bool { takeFirst { $0 == status } != nil }

    /// The status of a refusal that came before the request line had been accepted, if one is waiting. It is then recorded by
    /// the caller.
    func takeOfRequestLine() -> Int? { takeFirst(where: Self.statusesOfRequestLines.contains) }

    private func takeFirst(where isWanted: (Int) -> Bool) -> Int? {
        guard !isEmpty.load(ordering: .relaxed) else { return nil }
        return pending.withLock { pending in
            let status = pending.firstIndex(where: isWanted).map { pending.remove(at: $0) }
            isEmpty.store(pending.isEmpty, ordering: .relaxed)
            return status
        }
    }
}

/// The connections of one of libmicrohttpd's threads whose request line has come and whose header section has not ended.
/// Used on that thread only.
///
/// The library checks `Content-Length` and makes records of the cookies when the section has ended, in one go and before it
/// calls back. When it refuses a request there, it forgets that it does: it prepares its reply twice, and the client gets the
/// head twice (connection.c of 0.9.75, `parse_connection_headers`). It logs the refusal before that, and the request can be
/// told from the thread's others meanwhile: it is the only one whose section has ended and that has no reply.
final class IncompleteRequests {
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        // Released when its thread ends.
        let status = unsafe pthread_key_create(&key) { unsafe Unmanaged<IncompleteRequests>.fromOpaque($0!).release() }
        precondition(status == 0, "the system has no key left for the server's threads")
        return key
    }()

    static var ofThisThread: IncompleteRequests {
        if let pointer = unsafe pthread_getspecific(key) {
            return unsafe Unmanaged<IncompleteRequests>.fromOpaque(pointer).takeUnretainedValue()
        }
        let requests = IncompleteRequests()
        // Retained here, released by the key's destructor.
        unsafe pthread_setspecific(key, Unmanaged.passRetained(requests).toOpaque())
        return requests
    }

    /// The last one. Most requests come in one piece, so that it is the only one.
    private var latest: Connection?
    /// Others whose section had not ended when the next request came, and perhaps some whose section has.
    private var others: [Connection] = []
    private var mostOthers = 64

    func insert(_ connection: Connection) {
        if let latest, latest.isReadingHeader, latest !== connection {
            if others.count == mostOthers { removeComplete() }
            others.append(latest)
        }
        latest = connection
    }

    private func removeComplete() {
        others.removeAll { !$0.isReadingHeader }
        mostOthers = max(64, 2 * others.count)
    }

    /// The connection whose header section has ended and whose request the library is about to refuse.
    var refusedAfterHeader: Connection? {
        if let latest, latest.isRefusedAfterHeader { return latest }
        return others.first { $0.isRefusedAfterHeader }
    }
}

extension Connection {
    fileprivate var isReadingHeader: Bool {
        if case .header = stage { true } else { false }
    }

    /// Call it on the connection's thread.
    fileprivate var isRefusedAfterHeader: Bool {
        guard isReadingHeader else { return false }
        return unsafe shim_header_size(handle) > 0 && shim_status(handle) == 0
    }
}
