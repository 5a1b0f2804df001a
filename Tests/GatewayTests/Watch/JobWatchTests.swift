import Caching
import Dispatch
import Synchronization
import TestSupport
import Testing
import Transcribe

@testable import Gateway

@Suite struct JobWatchTests {
    private let start = ContinuousClock.now

    private func entry(_ job: Job, after seconds: Int) throws -> CacheEntry<CachedAnswer> {
        let cached = CachedJob(job, named: try JobName("a"), fields: .standard, nameHash: 1)
        let time = start + .seconds(seconds)
        return CacheEntry(
            .job(cached), requestedAt: time, freshUntil: time + .seconds(5), keepUntil: time + .seconds(600))
    }

    /// To join costs the same however many watch already, and tells none of them anything.
    @Test func aJoinLooksAtNoneOfTheOthers() throws {
        let renders = Atomic(0)
        let watch = JobWatch(of: try JobName("a")) { job, _, fields in
            renders.add(1, ordering: .relaxed)
            return JobRendering(job.job, fields: fields)
        }
        let known = try entry(.running("a"), after: 0)
        let newer = try entry(.finished("a"), after: 1)
        let groups = (0..<1_000).map { _ in watch.join(.standard, knowing: known) }
        #expect(renders.load(ordering: .relaxed) == 1)
        #expect(groups.allSatisfy { $0 === groups[0] } && watch.groupCount == 1)
        #expect(watch.join(.standard, knowing: newer) === groups[0])
        #expect(groups[0].current.event?.isLast == false && renders.load(ordering: .relaxed) == 1)
        for group in groups { watch.leave(group) }
        #expect(watch.groupCount == 1)
        watch.leave(groups[0])
        #expect(watch.groupCount == 0)
    }

    /// A request joins while the fetch that brought something new tells the groups one after another.
    @Test func aJoinDuringTheNewsLosesNone() async throws {
        let isHeld = Atomic(false)
        let released = DispatchSemaphore(value: 0)
        let watch = JobWatch(of: try JobName("a")) { job, _, fields in
            if job.isFinished, isHeld.exchange(false, ordering: .acquiringAndReleasing) { released.wait() }
            return JobRendering(job.job, fields: fields)
        }
        let (old, new) = (try entry(.running("a"), after: 0), try entry(.finished("a"), after: 1))
        let group = watch.join(.standard, knowing: old)
        isHeld.store(true, ordering: .releasing)
        let telling = DispatchQueue.global()
        await withCheckedContinuation { continuation in
            telling.async {
                _ = watch.learn(new)
                continuation.resume()
            }
            telling.async {
                while isHeld.load(ordering: .acquiring) {}
                let joined = watch.join(.standard, knowing: new)
                #expect(joined === group && group.current.event?.isLast == false)
                // One that wants other members begins with what is new.
                #expect(watch.join(.full, knowing: old).current.event?.isLast == true)
                released.signal()
            }
        }
        #expect(group.current.event?.isLast == true)
    }

    @Test func whatMayNotBeShownIsNotShownToThoseThatJoinWithIt() throws {
        let watch = JobWatch(of: try JobName("a")) { job, _, fields in JobRendering(job.job, fields: fields) }
        let old = try entry(.running("a"), after: 0)
        let group = watch.join(.standard, knowing: old)
        watch.forget(before: Moment(start + .seconds(1)))
        #expect(watch.latest == nil && group.current.event == nil)
        #expect(watch.learn(old) == 0)
        #expect(watch.join(.full, knowing: old).current.event == nil && watch.latest == nil)
        _ = watch.learn(try entry(.running("a"), after: 2))
        #expect(watch.latest != nil && group.current.event?.number == 1)
    }
}
