import Glibc
import Synchronization
import TestSupport
import Testing
import Threads

@Suite(.timeLimit(.minutes(1))) struct DetachedThreadTests {
    @Test func runsTheBodyOnAThreadOfItsOwn() async throws {
        let (threads, started) = AsyncStream.makeStream(of: pthread_t.self)
        let starting = pthread_self()
        try DetachedThread.start { started.yield(pthread_self()) }
        for await thread in threads {
            #expect(thread != starting)
            break
        }
    }

    @Test func runsManyBodiesOnceEach() async throws {
        let (numbers, ended) = AsyncStream.makeStream(of: Int.self)
        for number in 0..<100 { try DetachedThread.start { ended.yield(number) } }
        var seen: Set<Int> = []
        for await number in numbers {
            #expect(seen.insert(number).inserted)
            if seen.count == 100 { break }
        }
    }

    @Test func releasesWhatTheBodyHolds() async throws {
        let (releases, release) = AsyncStream.makeStream(of: Void.self)
        try DetachedThread.start { [held = Held(release)] in withExtendedLifetime(held) {} }
        for await _ in releases { break }
    }

    @Test func throwsWhereNoThreadIsLeft() async {
        await #expect(processExitsWith: .success) {
            // A superuser has no such limit. The process becomes one again at the end.
            let isSuperuser = getuid() == 0
            if isSuperuser { try #require(setreuid(65_534, 0) == 0 && seteuid(65_534) == 0) }
            await withNone(of: __rlimit_resource_t(__RLIMIT_NPROC.rawValue)) {
                let (releases, release) = AsyncStream.makeStream(of: Void.self)
                #expect(throws: SystemCallError(code: EAGAIN)) {
                    try DetachedThread.start { [held = Held(release)] in withExtendedLifetime(held) {} }
                }
                for await _ in releases { break }
            }
            if isSuperuser { try #require(seteuid(0) == 0 && setuid(0) == 0) }
        }
    }
}

/// Tells a stream when it is released.
private final class Held: Sendable {
    private let release: AsyncStream<Void>.Continuation

    init(_ release: AsyncStream<Void>.Continuation) {
        self.release = release
    }

    deinit { release.yield() }
}
