import Caching
import TestSupport
import Testing
import Transcribe

@testable import Gateway

@Suite struct WatchScheduleTests {
    private let start = ContinuousClock.now

    private func at(_ milliseconds: Int) -> Moment { Moment(start + .milliseconds(milliseconds)) }

    private func names(_ count: Int) throws -> [JobName] { try (0..<count).map { try JobName("job\($0)") } }

    @Test func givesEachJobInItsTurnWhenItIsDue() throws {
        var schedule = WatchSchedule(limit: 10)
        let names = try names(3)
        schedule.add(names[0], due: at(300))
        schedule.add(names[1], due: at(100))
        schedule.add(names[2], due: at(100))
        #expect(schedule.next(at: at(50)) == nil && schedule.wakeUp == at(100))
        #expect(schedule.next(at: at(100)) == names[1])
        #expect(schedule.next(at: at(100)) == names[2])
        #expect(schedule.next(at: at(100)) == nil && schedule.wakeUp == at(300))
        schedule.reschedule(names[1], due: at(200))
        #expect(schedule.next(at: at(400)) == names[1] && schedule.next(at: at(400)) == names[0])
        #expect(schedule.next(at: at(10_000)) == nil && schedule.wakeUp == nil)
    }

    @Test func hasOnlySoManyUnderWay() throws {
        var schedule = WatchSchedule(limit: 2)
        let names = try names(3)
        for name in names { schedule.add(name, due: at(0)) }
        #expect(schedule.next(at: at(0)) == names[0] && schedule.next(at: at(0)) == names[1])
        #expect(schedule.next(at: at(0)) == nil && schedule.wakeUp == nil)
        schedule.reschedule(names[0], due: at(1_000))
        #expect(schedule.next(at: at(0)) == names[2])
        schedule.remove(names[1])
        #expect(schedule.wakeUp == at(1_000))
        #expect(schedule.next(at: at(1_000)) == names[0])
    }

    /// More jobs are due than may be asked for: none is asked for twice before each has had its turn.
    @Test func keepsTheTurnOfAJobThatWasRefused() throws {
        var schedule = WatchSchedule(limit: 1)
        let names = try names(50)
        for name in names { schedule.add(name, due: at(0)) }
        var asked: [JobName] = []
        for step in 0..<300 {
            let now = at(step * 100)
            while let name = schedule.next(at: now) {
                if step % 3 == 0 {
                    schedule.postpone(name, until: at(step * 100 + 150))
                } else {
                    asked.append(name)
                    schedule.reschedule(name, due: now)
                    break
                }
            }
        }
        #expect(asked.count == 100)
        #expect(Array(asked.prefix(50)) == names && Array(asked.suffix(50)) == names)
    }

    @Test func asksForNothingDuringAPause() throws {
        var schedule = WatchSchedule(limit: 10)
        let names = try names(2)
        for name in names { schedule.add(name, due: at(0)) }
        #expect(schedule.next(at: at(0)) == names[0])
        schedule.postpone(names[0], until: at(200))
        #expect(schedule.next(at: at(199)) == nil && schedule.wakeUp == at(200))
        #expect(schedule.next(at: at(200)) == names[0] && schedule.next(at: at(200)) == names[1])
    }

    @Test func bringsAJobForward() throws {
        var schedule = WatchSchedule(limit: 10)
        let names = try names(2)
        schedule.add(names[0], due: at(1_000))
        schedule.add(names[1], due: at(0))
        #expect(schedule.next(at: at(0)) == names[1])
        schedule.hasten(names[0], due: at(10))
        schedule.hasten(names[1], due: at(10))
        #expect(schedule.next(at: at(10)) == names[0] && schedule.next(at: at(5_000)) == nil)
    }

    /// Watches come and go; what is left of those that went takes no room for long.
    @Test func forgetsJobsThatAreWatchedNoMore() throws {
        var schedule = WatchSchedule(limit: 10)
        let names = try names(1_000)
        for round in 0..<20 {
            for name in names { schedule.add(name, due: at(1_000_000 + round)) }
            for name in names { schedule.remove(name) }
        }
        #expect(schedule.count == 0 && schedule.entries <= 64)
        #expect(schedule.next(at: at(2_000_000)) == nil)
    }

    /// A job that others ask for often is rescheduled often.
    @Test func keepsOneTurnForAJobHoweverOftenItIsRescheduled() throws {
        var schedule = WatchSchedule(limit: 10)
        let name = try JobName("a")
        schedule.add(name, due: at(0))
        for step in 0..<100_000 { schedule.reschedule(name, due: at(1_000_000 + step)) }
        #expect(schedule.entries <= 100)
        #expect(schedule.next(at: at(2_000_000)) == name && schedule.next(at: at(2_000_000)) == nil)
    }

    @Test func asksForOneJobAtATimeWhileCallsAreRefused() throws {
        var schedule = WatchSchedule(limit: 8)
        for name in try names(20) { schedule.add(name, due: at(0)) }
        func asked(at now: Int) -> [JobName] {
            var asked: [JobName] = []
            while let name = schedule.next(at: at(now)) { asked.append(name) }
            return asked
        }
        for (turn, count) in [8, 1, 1].enumerated() {
            let refused = asked(at: turn * 100)
            #expect(refused.count == count)
            for name in refused { schedule.postpone(name, until: at(turn * 100 + 50)) }
        }
        let answered = asked(at: 300)
        #expect(answered.count == 1)
        for name in answered { schedule.reschedule(name, due: at(9_000)) }
        #expect(asked(at: 300).count == 2)
    }

    /// A purge during a fetch: what it brings may be older.
    @Test func asksAgainForAJobThatWasBroughtForwardDuringItsFetch() throws {
        var schedule = WatchSchedule(limit: 8)
        let name = try JobName("a")
        schedule.add(name, due: at(0))
        #expect(schedule.next(at: at(0)) == name)
        schedule.hasten(name, due: at(10))
        schedule.reschedule(name, due: at(600_000))
        #expect(schedule.next(at: at(10)) == name)
        schedule.reschedule(name, due: at(600_000))
        #expect(schedule.next(at: at(500_000)) == nil)
    }
}
