import Caching
import HTTPExchange
import Synchronization
import Tracing
import Transcribe

/// One watched job: what is known of it, and those that watch it, grouped by the members that they want. Each group's
/// representation is rendered once for all of it. Safe to use from any thread.
///
/// What is new is told by the fetch that brought it. A request that joins tells others nothing, and looks at none of them.
final class JobWatch: Sendable {
    fileprivate struct State {
        var latest: CacheEntry<CachedAnswer>?
        /// What was asked for before this may be shown no more.
        var notBefore: Moment?
        var groups: [JobFields: (group: WatchGroup, members: Int)] = [:]
    }

    /// Replies that are made before the first of them is sent. Each reply that is sent wakes a thread of the server, which then
    /// looks at every request that still waits; and until the first is sent, the server's threads have nothing to do.
    private static let batch = 500

    let name: JobName
    private let render: JobRenderer
    private let state = Mutex(State())

    init(of name: JobName, render: @escaping JobRenderer) {
        self.name = name
        self.render = render
    }

    var groupCount: Int { state.withLock(\.groups.count) }

    /// The last answer with a job; nil where it may be shown no more.
    var latest: CacheEntry<CachedAnswer>? { state.withLock(\.latest) }

    /// Joins the group of those that want these members. A new group begins with the latest answer.
    ///
    /// - Parameter entry: what is known to the one that joins; it has a job.
    func join(_ fields: JobFields, knowing entry: CacheEntry<CachedAnswer>) -> WatchGroup {
        var joined = state.withLock { state in
            if state.latest == nil { state.take(entry) }
            return state.join(fields)
        }
        // A new group is made outside the lock. Meanwhile another one may be entered, or a newer answer come, which is told to
        // the groups that there are.
        while joined == nil {
            let (known, isShown) = state.withLock { ($0.latest ?? entry, $0.latest != nil) }
            let made = WatchGroup(of: self, fields, render: render, knowing: known, isShown: isShown)
            joined = state.withLock { state in
                if let group = state.join(fields) { return group }
                guard state.latest.map({ $0.requestedAt <= known.requestedAt }) ?? true else { return nil }
                state.groups[fields] = (made, 1)
                return made
            }
        }
        return joined!
    }

    func leave(_ group: WatchGroup) {
        state.withLock { state in
            guard let known = state.groups[group.fields], known.group === group else { return }
            state.groups[group.fields] = known.members > 1 ? (group, known.members - 1) : nil
        }
    }

    /// Takes an answer, unless it is older than the last one, and tells all that it concerns. Returns how many those are.
    /// - Parameter calls: the spans of the calls that brought it, where they are recorded.
    func learn(_ entry: CacheEntry<CachedAnswer>, from calls: [TraceContext] = []) -> Int {
        if case .refusal(let problem) = entry.value { return end(problem, from: calls) }
        let groups = state.withLock { $0.take(entry) ? $0.groups.values.map(\.group) : [] }
        return tell(groups.map { $0.take(entry) }, from: calls)
    }

    /// Ends the watch of all that there are: the job may not be shown any more. Those that come later form groups of their own.
    /// Returns how many that concerned.
    func end(_ problem: Problem, from calls: [TraceContext] = []) -> Int {
        let groups = state.withLock { state in
            defer { (state.latest, state.groups) = (nil, [:]) }
            return state.groups.values.map(\.group)
        }
        return tell(groups.map { $0.end(problem) }, from: calls)
    }

    /// Whether a fetch began before what it brings may be shown no more.
    func isVoid(_ result: FetchResult) -> Bool {
        guard case .answered(let entry, _, _) = result else { return false }
        return state.withLock { state in state.notBefore.map { entry.requestedAt < $0 } ?? false }
    }

    /// What was asked for before this moment may be shown no more.
    func forget(before now: Moment) {
        let groups = state.withLock { state in
            (state.latest, state.notBefore) = (nil, now)
            return state.groups.values.map(\.group)
        }
        for group in groups { group.forget() }
    }

    /// Ends the streams and waits that may not go on under the options in force.
    func refuse() {
        let groups = state.withLock { $0.groups.values.map(\.group) }
        _ = tell(groups.map { $0.refuse() }, from: [])
    }

    private func tell(_ concerned: [WatchGroup.Concerned], from calls: [TraceContext]) -> Int {
        for stream in concerned.lazy.flatMap(\.streams) {
            stream.trace?.link(to: calls)
            stream.wake()
        }
        for concerned in concerned {
            var waits = concerned.waits[...]
            while !waits.isEmpty {
                let replies = waits.prefix(Self.batch).compactMap { wait in
                    wait.request.context.trace?.link(to: calls)
                    return wait.prepareReply(concerned.news)
                }
                waits = waits.dropFirst(Self.batch)
                for reply in replies { reply.send() }
            }
        }
        return concerned.reduce(0) { $0 + $1.streams.count + $1.waits.count }
    }
}

extension JobWatch.State {
    fileprivate mutating func join(_ fields: JobFields) -> WatchGroup? {
        guard let (group, members) = groups[fields] else { return nil }
        groups[fields] = (group, members + 1)
        return group
    }

    /// Returns whether the answer is newer than the last one. One that is as old says whether its refresh has failed since.
    @discardableResult
    fileprivate mutating func take(_ entry: CacheEntry<CachedAnswer>) -> Bool {
        guard entry.value.job != nil, notBefore.map({ $0 <= entry.requestedAt }) ?? true else { return false }
        let isNewer = latest.map { $0.requestedAt < entry.requestedAt } ?? true
        if isNewer || latest?.requestedAt == entry.requestedAt { latest = entry }
        return isNewer
    }
}

/// Gives the representation of a job with these members.
typealias JobRenderer = @Sendable (_ job: CachedJob, _ name: JobName, _ fields: JobFields) -> JobRendering
