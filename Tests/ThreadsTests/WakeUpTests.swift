import Glibc
import TestSupport
import Testing
import Threads

@Suite(.timeLimit(.minutes(1))) struct WakeUpTests {
    /// Longer than a test may take: only a signal or input ends such a wait.
    private var never: ContinuousClock.Instant { .now + .seconds(3_600) }

    @Test func returnsAtTheInstantAndNotBefore() throws {
        let wakeUp = try WakeUp()
        let instant = ContinuousClock.now + .milliseconds(20)
        wakeUp.wait(until: instant)
        #expect(.now >= instant)
        #expect(try WakeUp().wait(forInputFrom: nil, until: .now - .seconds(1)) == .time)
    }

    @Test func endsAWaitOfAnotherThread() async throws {
        let wakeUp = try WakeUp()
        let (ends, ended) = AsyncStream.makeStream(of: Void.self)
        try DetachedThread.start { [never] in
            wakeUp.wait(until: never)
            ended.yield()
        }
        wakeUp.signal()
        for await _ in ends { break }
    }

    @Test func consumesAllSignalsInOneWait() throws {
        let wakeUp = try WakeUp()
        for _ in 0..<3 { wakeUp.signal() }
        wakeUp.wait(until: never)
        #expect(wakeUp.wait(forInputFrom: nil, until: .now) == .time)
    }

    /// poll(2) counts whole milliseconds.
    @Test(arguments: [1, 400, 999, 1_001, 1_900])
    func waitsNoShorterThanItIsTold(microseconds: Int) throws {
        let wakeUp = try WakeUp()
        let instant = ContinuousClock.now + .microseconds(microseconds)
        wakeUp.wait(until: instant)
        #expect(ContinuousClock.now >= instant)
        let later = ContinuousClock.now + .microseconds(microseconds)
        #expect(wakeUp.wait(forInputFrom: nil, until: later) == .time)
        #expect(ContinuousClock.now >= later)
    }

    @Test func keepsTheSignalWhileItWaitsForInput() throws {
        let (wakeUp, pipe) = (try WakeUp(), try Pipe())
        pipe.write()
        wakeUp.signal()
        for _ in 0..<3 { #expect(wakeUp.wait(forInputFrom: pipe.readingEnd, until: never) == .signal) }
    }

    @Test func reportsInputAndItsEnd() throws {
        let (wakeUp, pipe) = (try WakeUp(), try Pipe())
        #expect(wakeUp.wait(forInputFrom: pipe.readingEnd, until: .now) == .time)
        pipe.write()
        #expect(wakeUp.wait(forInputFrom: pipe.readingEnd, until: never) == .input)
        pipe.read()
        pipe.closeWritingEnd()
        #expect(wakeUp.wait(forInputFrom: pipe.readingEnd, until: never) == .input)
    }

    @Test func throwsWhereNoDescriptorIsLeft() async {
        await #expect(processExitsWith: .success) {
            await withNone(of: __rlimit_resource_t(RLIMIT_NOFILE.rawValue)) {
                #expect(throws: SystemCallError(code: EMFILE)) { try WakeUp() }
            }
        }
    }
}

/// A pipe(2).
private final class Pipe {
    let readingEnd: Int32
    private var writingEnd: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw SystemCallError(code: errno) }
        (readingEnd, writingEnd) = (ends[0], ends[1])
    }

    deinit {
        close(readingEnd)
        closeWritingEnd()
    }

    func write() {
        var byte: UInt8 = 1
        _ = unsafe Glibc.write(writingEnd, &byte, 1)
    }

    func read() {
        var byte: UInt8 = 0
        _ = unsafe Glibc.read(readingEnd, &byte, 1)
    }

    func closeWritingEnd() {
        if writingEnd >= 0 { close(writingEnd) }
        writingEnd = -1
    }
}
