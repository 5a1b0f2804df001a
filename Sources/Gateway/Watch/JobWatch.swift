import Caching
import HTTPExchange
import Synchronization
import Transcribe

/// One watched job: what is known of it, and those that watch it, grouped by the members that they want. Each group's
/// representation is rendered once for all of it. Safe to use from any thread.
final class JobWatch: Sendable {
    private struct State {
        var latest: CacheEntry<CachedAnswer>?
        var groups: [JobFields: (group: WatchGroup, members: Int)] = [:]
    }

    let name: JobName
    private let render: JobRenderer
    private let state = Mutex(State())

    init(of name: JobName, render: @escaping JobRenderer) {
        self.name = name
        self.render = render
    }

    var groupCount: Int { state.withLock(\.groups.count) }

    /// What is known of the job; nil after a purge.
    var latest: CacheEntry<CachedAnswer>? { state.withLock(\.latest) }

    /// Joins the group of those that want these members.
    func join(_ fields: JobFields) -> WatchGroup {
        let (group, latest) = state.withLock { state in
            let group = state.groups[fields]?.group ?? WatchGroup(of: self, fields, render: render)
            state.groups[fields] = (group, state.groups[fields, default: (group, 0)].members + 1)
            return (group, state.latest)
        }
        if let latest { _ = group.take(latest) }
        return group
    }

    func leave(_ group: WatchGroup) {
        state.withLock { state in
            guard let members = state.groups[group.fields]?.members else { return }
            state.groups[group.fields] = members > 1 ? (group, members - 1) : nil
        }
    }

    /// Takes an answer, unless it is older than the last one, and tells all that it concerns. Returns how many those are.
    func learn(_ entry: CacheEntry<CachedAnswer>) -> Int {
        let groups = state.withLock { state -> [WatchGroup] in
            guard state.latest.map({ $0.requestedAt <= entry.requestedAt }) ?? true else { return [] }
            state.latest = entry
            return state.groups.values.map(\.group)
        }
        return tell(groups.map { $0.take(entry) })
    }

    /// Ends the watch: the job may not be shown any more. Returns how many that concerned.
    func end(_ problem: Problem) -> Int {
        let groups = state.withLock { state in
            state.latest = nil
            return state.groups.values.map(\.group)
        }
        return tell(groups.map { $0.end(problem) })
    }

    /// What is known may be served no more.
    func forget() { state.withLock { $0.latest = nil } }

    /// All replies are made before the first is sent: each reply that is sent wakes a thread of the server.
    private func tell(_ concerned: [WatchGroup.Concerned]) -> Int {
        let replies = concerned.flatMap { concerned in concerned.waits.compactMap { $0.prepareReply(concerned.news) } }
        for reply in replies { reply.send() }
        for stream in concerned.lazy.flatMap(\.streams) { stream.wake() }
        return replies.count + concerned.reduce(0) { $0 + $1.streams.count }
    }
}

/// Gives the representation of a job with these members.
typealias JobRenderer = @Sendable (_ job: CachedJob, _ name: JobName, _ fields: JobFields) -> JobRendering
