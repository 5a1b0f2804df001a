import Caching
import Formats
import Synchronization
import TestSupport
import Testing
import Transcribe

@testable import Gateway

@Suite struct ListScheduleTests {
    private let start = ContinuousClock.now
    private static let birth = Timestamp(millisecondsSinceEpoch: 1_795_500_000_000)

    private func at(_ seconds: Double) -> Moment { Moment(start + .seconds(seconds)) }

    private func name(_ number: Int) throws -> JobName { try JobName("job\(number)") }

    private func schedule(
        use: ListOptions.Use = .auto, from: Int = 3, trust: Duration = .seconds(60)
    ) -> ListSchedule {
        ListSchedule(ListOptions(use: use, from: from, trust: trust, rate: nil))
    }

    /// What a look-up brought. Jobs of a higher number are younger.
    private func entry(
        _ number: Int, status: JobStatus = .inProgress, start: Int64 = 0, lookedUp seconds: Double, freshFor: Double = 5
    ) throws -> CacheEntry<CachedAnswer> {
        var job = Job()
        job.name = "job\(number)"
        job.status = status
        job.createdAt = Self.birth.adding(milliseconds: Int64(number) * 1_000)
        job.startedAt = Self.birth.adding(milliseconds: Int64(number) * 1_000 + 500 + start)
        let cached = CachedJob(job, named: try name(number), fields: .full, nameHash: 0)
        cached.lookedUpAt.store(at(seconds).nanoseconds, ordering: .relaxed)
        return CacheEntry(
            .job(cached), requestedAt: self.start + .seconds(seconds),
            freshUntil: self.start + .seconds(seconds + freshFor), keepUntil: self.start + .seconds(seconds + 600))
    }

    /// A page that shows these jobs, as they were looked up.
    private func page(
        _ numbers: [Int], reach: Int? = nil, next: String? = nil, status: JobStatus = .inProgress, start: Int64 = 0
    ) throws -> JobPage {
        var summaries: [JobName: JobPage.Summary] = [:]
        for number in numbers {
            let startedAt = Self.birth.adding(milliseconds: Int64(number) * 1_000 + 500 + start)
            summaries[try name(number)] = JobPage.Summary(status: status, startedAt: startedAt)
        }
        return JobPage(
            summaries: summaries, reach: reach.map { Self.birth.adding(milliseconds: Int64($0) * 1_000) },
            next: next.map(PageToken.init))
    }

    private func recordJobs(_ numbers: some Sequence<Int>, at seconds: Double, in schedule: inout ListSchedule) throws {
        for number in numbers {
            schedule.record(try entry(number, lookedUp: seconds), of: try name(number), isWatched: true)
        }
    }

    private func begin(_ schedule: inout ListSchedule, at seconds: Double, using used: Set<JobName> = []) -> Bool {
        schedule.begin(at: at(seconds)) { used.contains($0) ? at(seconds) : nil }
    }

    /// When the list is asked for next, to a tenth of a second; nil if it is not within more than an hour.
    private func next(_ schedule: ListSchedule, after seconds: Double, using used: Set<JobName> = []) -> Double? {
        var schedule = schedule
        return (0...40_000).lazy.map { (seconds * 10 + Double($0)).rounded() / 10 }
            .first { begin(&schedule, at: $0, using: used) }
    }

    private func confirm(_ news: ListNews, at seconds: Double, in schedule: inout ListSchedule) {
        for job in news.unchanged {
            let due = min(at(seconds + 5), job.trustEnd)
            _ = schedule.confirm(job, until: due, at: at(seconds + 0.1))
        }
    }

    /// Reads a list of one page, and takes what it confirms as fresh for five seconds.
    @discardableResult
    private func read(_ page: JobPage, at seconds: Double, in schedule: inout ListSchedule) -> ListNews {
        let news = schedule.take(page, requestedAt: at(seconds), at: at(seconds + 0.1))
        confirm(news, at: seconds, in: &schedule)
        schedule.end(at: at(seconds + 0.1))
        return news
    }

    @Test func asksForTheListShortlyBeforeTheFirstJobIsDue() throws {
        var schedule = schedule()
        try recordJobs(1...2, at: 0, in: &schedule)
        #expect(next(schedule, after: 0) == nil)
        schedule.record(try entry(3, lookedUp: 1), of: try name(3), isWatched: true)
        #expect(next(schedule, after: 1) == 4.5)
        let tooEarly = begin(&schedule, at: 4.4)
        let inTime = begin(&schedule, at: 4.5)
        #expect(!tooEarly && inTime)
        #expect(next(schedule, after: 4.5) == nil)
    }

    @Test(arguments: [JobStatus.queued, .completed, .failed, JobStatus(rawValue: "NEW")])
    func isForRunningJobsOnly(status: JobStatus) throws {
        var schedule = schedule(from: 1)
        schedule.record(try entry(1, status: status, lookedUp: 0), of: try name(1), isWatched: true)
        #expect(next(schedule, after: 0) == nil)
        schedule.record(try entry(1, lookedUp: 1), of: try name(1), isWatched: true)
        #expect(next(schedule, after: 1) == 5.5)
        schedule.record(try entry(1, status: status, lookedUp: 2), of: try name(1), isWatched: true)
        #expect(next(schedule, after: 2) == nil)
    }

    @Test func isNotUsedWhereItIsOff() throws {
        var schedule = schedule(use: .off, from: 1)
        try recordJobs(1...10, at: 0, in: &schedule)
        let begins = begin(&schedule, at: 5)
        #expect(!begins && next(schedule, after: 5) == nil)
    }

    @Test func confirmsWhatIsAsItWas() throws {
        var schedule = schedule()
        try recordJobs(1...3, at: 0, in: &schedule)
        _ = begin(&schedule, at: 4.5)
        let news = read(try page([1, 2, 3]), at: 4.5, in: &schedule)
        #expect(Set(news.unchanged.map(\.name)) == [try name(1), try name(2), try name(3)])
        #expect(news.unchanged.allSatisfy { $0.trustEnd == at(60) })
        #expect(news.suspected == [] && news.isOver)
        #expect(next(schedule, after: 5) == 9)
    }

    /// The end of the trust is a time for a look-up, which no list can put off.
    @Test func isNoUseOnceTheTrustEnds() throws {
        var schedule = schedule(trust: .seconds(8))
        try recordJobs(1...3, at: 0, in: &schedule)
        _ = begin(&schedule, at: 4.5)
        let news = read(try page([1, 2, 3]), at: 4.5, in: &schedule)
        #expect(news.unchanged.allSatisfy { $0.trustEnd == at(8) })
        #expect(next(schedule, after: 7.5) == nil)
        try recordJobs(1...3, at: 8, in: &schedule)
        #expect(next(schedule, after: 8) == 12.5)
    }

    /// A look-up that comes late, for want of budget, is not replaced by a list of after the trust.
    @Test func confirmsNothingAfterTheEndOfTheTrust() throws {
        var schedule = schedule(trust: .seconds(8))
        try recordJobs(1...3, at: 0, in: &schedule)
        try recordJobs(4...6, at: 6, in: &schedule)
        let begins = begin(&schedule, at: 9)
        #expect(!begins, "the first three are past the trust, the others not due")
        _ = begin(&schedule, at: 10.5)
        let news = read(try page([1, 2, 3, 4, 5, 6]), at: 10.5, in: &schedule)
        #expect(Set(news.unchanged.map(\.name)) == [try name(4), try name(5), try name(6)])
        #expect(news.suspected == [])
    }

    @Test(arguments: [(JobStatus.completed, Int64(0)), (.inProgress, 1_000)])
    func suspectsWhatDiffers(status: JobStatus, start: Int64) throws {
        var schedule = schedule()
        try recordJobs(1...3, at: 0, in: &schedule)
        _ = begin(&schedule, at: 4.5)
        let news = read(try page([1], status: status, start: start), at: 4.5, in: &schedule)
        #expect(try news.suspected == [name(1)] && news.unchanged.isEmpty)
        #expect(schedule.suspicion(of: try name(1)) == at(4.5))
    }

    @Test func suspectsWhatHasJustGone() throws {
        var schedule = schedule()
        try recordJobs(1...4, at: 0, in: &schedule)
        _ = begin(&schedule, at: 4.5)
        read(try page([1, 2, 3, 4]), at: 4.5, in: &schedule)
        _ = begin(&schedule, at: 9)
        let news = read(try page([1, 2, 3]), at: 9, in: &schedule)
        #expect(try news.suspected == [name(4)] && news.unchanged.count == 3)
    }

    /// Only a look-up that began after the list ends a suspicion, and until then no list confirms the job.
    @Test func isSuspectUntilALookUpOfAfterTheList() throws {
        var schedule = schedule()
        try recordJobs(1...4, at: 0, in: &schedule)
        _ = begin(&schedule, at: 4.5)
        read(try page([4], status: .completed), at: 4.5, in: &schedule)
        schedule.record(try entry(4, lookedUp: 4.4), of: try name(4), isWatched: true)
        #expect(schedule.suspicion(of: try name(4)) == at(4.5))
        try recordJobs(1...3, at: 70, in: &schedule)
        _ = begin(&schedule, at: 74.5)
        let news = read(try page([1, 2, 3, 4]), at: 74.5, in: &schedule)
        #expect(try !news.unchanged.map(\.name).contains(name(4)))
        schedule.record(try entry(4, lookedUp: 75), of: try name(4), isWatched: true)
        #expect(schedule.suspicion(of: try name(4)) == nil)
    }

    /// Jobs that the list never shows have the look-ups that they have without it, and cost ever fewer lists.
    @Test func leavesAloneWhatItNeverShows() throws {
        var schedule = schedule()
        var lists: [Double] = []
        for second in stride(from: 0.0, to: 3_600, by: 5) {
            try recordJobs(1...3, at: second, in: &schedule)
            guard begin(&schedule, at: second + 4.5) else { continue }
            lists.append(second)
            let news = read(try page([]), at: second + 4.5, in: &schedule)
            #expect(news.suspected == [] && news.unchanged.isEmpty && news.isOver)
        }
        #expect(lists.count == 6 && lists.prefix(3) == [0, 65, 190], "\(lists)")
    }

    /// The same where each job is a new one, as seen from here: a list that costs more than it saves is paused as one that
    /// failed.
    @Test func pausesAListThatHelpsNoJob() throws {
        var schedule = schedule()
        var lists: [Double] = []
        for second in stride(from: 0.0, to: 600, by: 5) {
            schedule.removeAll()
            try recordJobs(1...3, at: second, in: &schedule)
            guard begin(&schedule, at: second + 4.5) else { continue }
            lists.append(second)
            read(try page([]), at: second + 4.5, in: &schedule)
        }
        #expect(lists.prefix(6) == [0, 5, 10, 15, 25, 40] && lists.count == 10, "\(lists)")
        try recordJobs(1...3, at: 1_300, in: &schedule)
        _ = begin(&schedule, at: 1_304.5)
        read(try page([1, 2, 3]), at: 1_304.5, in: &schedule)
        #expect(next(schedule, after: 1_305) == 1_309)
    }

    /// A list that shows a job and then does not, again and again, causes one look-up by that.
    @Test func suspectsNoJobAgainWhichItSuspectedFalsely() throws {
        var schedule = schedule()
        var suspicions = 0
        var lists = 0
        for round in 0..<20 {
            let now = Double(round) * 1_000
            try recordJobs(1...3, at: now, in: &schedule)
            guard begin(&schedule, at: now + 4.5) else { continue }
            lists += 1
            read(try page([1, 2, 3]), at: now + 4.5, in: &schedule)
            guard begin(&schedule, at: now + 9) else { continue }
            suspicions += read(try page([2, 3]), at: now + 9, in: &schedule).suspected.count
        }
        #expect(suspicions == 1 && lists == 20)
    }

    @Test func ignoresAPageOlderThanALookUp() throws {
        var schedule = schedule()
        try recordJobs(1...3, at: 0, in: &schedule)
        _ = begin(&schedule, at: 4.5)
        schedule.record(try entry(1, start: 9, lookedUp: 4.7), of: try name(1), isWatched: true)
        schedule.record(try entry(2, lookedUp: 4.7), of: try name(2), isWatched: true)
        let news = read(try page([1]), at: 4.5, in: &schedule)
        #expect(news.unchanged.isEmpty && news.suspected == [])
        #expect(next(schedule, after: 5) == nil, "the third was not shown")
    }

    /// A job that was not one for the list when it was asked for has not been missed on it.
    @Test func holdsNothingAgainstAJobThatItWasNotFor() throws {
        var schedule = schedule(from: 1, trust: .seconds(8))
        try recordJobs(1...2, at: 0, in: &schedule)
        try recordJobs(3...4, at: 5, in: &schedule)
        _ = begin(&schedule, at: 9.5)
        read(try page([3, 4]), at: 9.5, in: &schedule)
        try recordJobs(1...2, at: 10, in: &schedule)
        #expect(next(schedule, after: 10) == 14.5)
        _ = begin(&schedule, at: 14.5)
        let news = read(try page([1, 2]), at: 14.5, in: &schedule)
        #expect(Set(news.unchanged.map(\.name)) == [try name(1), try name(2)])
    }

    @Test func followsPagesUpToTheOldestJob() throws {
        var schedule = schedule(from: 1)
        try recordJobs([10, 20, 30], at: 0, in: &schedule)
        _ = begin(&schedule, at: 4.5)
        let first = schedule.take(try page([30], reach: 25, next: "a"), requestedAt: at(4.5), at: at(4.6))
        #expect(try !first.isOver && first.unchanged.map(\.name) == [name(30)])
        let second = schedule.take(try page([20], reach: 9, next: "b"), requestedAt: at(4.6), at: at(4.7))
        #expect(try second.isOver && second.unchanged.map(\.name) == [name(20)])
    }

    /// A page more for each as many jobs as the first is worth; those behind it may be on the list all the same.
    @Test func readsNoMorePagesThanTheyAreWorth() throws {
        var schedule = schedule(from: 3)
        try recordJobs(1...7, at: 0, in: &schedule)
        _ = begin(&schedule, at: 4.5)
        let first = schedule.take(try page([7, 6, 5, 4], reach: 4, next: "a"), requestedAt: at(4.5), at: at(4.6))
        #expect(!first.isOver)
        confirm(first, at: 4.5, in: &schedule)
        let second = read(try page([], reach: 3, next: "b"), at: 4.6, in: &schedule)
        #expect(second.isOver && second.suspected == [])
        #expect(next(schedule, after: 5) == 9)
    }

    @Test(arguments: [(ListOptions.Use.auto, 3_600.0), (.on, 60)])
    func pausesWhereItIsDenied(use: ListOptions.Use, pause: Double) throws {
        var schedule = schedule(use: use, trust: .seconds(8_000))
        try recordJobs(1...3, at: 0, in: &schedule)
        _ = begin(&schedule, at: 4.5)
        schedule.fail(isDenied: true, at: at(5))
        #expect(next(schedule, after: 5) == 5 + pause)
    }

    @Test func pausesLongerAfterEachFailure() throws {
        var schedule = schedule(trust: .seconds(8_000))
        var now = 4.5
        for pause in [5, 10, 20, 40, 60, 60.0] {
            try recordJobs(1...3, at: now - 4.5, in: &schedule)
            let begins = begin(&schedule, at: now)
            #expect(begins)
            schedule.fail(isDenied: false, at: at(now))
            #expect(next(schedule, after: now) == now + pause)
            now += pause
        }
        try recordJobs(1...3, at: now - 4.5, in: &schedule)
        _ = begin(&schedule, at: now)
        let news = schedule.take(try page([1, 2, 3]), requestedAt: at(now), at: at(now))
        confirm(news, at: now - 4, in: &schedule)
        schedule.end(at: at(now))
        #expect(next(schedule, after: now) == now + 1, "two lists do not begin within a second")
    }

    @Test func doesNotAskForAJobThatIsWatchedNoMore() throws {
        var schedule = schedule()
        try recordJobs(1...3, at: 0, in: &schedule)
        schedule.unwatch(try name(2))
        #expect(next(schedule, after: 0) == nil)
    }

    @Test func forgetsWhatMayNotBeUsed() throws {
        var schedule = schedule()
        try recordJobs(1...3, at: 0, in: &schedule)
        _ = begin(&schedule, at: 4.5)
        let news = schedule.take(try page([1, 2, 3]), requestedAt: at(4.5), at: at(4.6))
        schedule.remove(try name(2))
        schedule.record(try entry(3, lookedUp: 4.55), of: try name(3), isWatched: true)
        let confirmed = news.unchanged.filter { schedule.confirm($0, until: at(9.5), at: at(4.6)) }
        #expect(try confirmed.map(\.name) == [name(1)], "the third was looked up meanwhile")
        schedule.end(at: at(4.6))
        #expect(next(schedule, after: 5) == nil)
    }

    /// What is not stored, or is being looked up, is not for the list for a time.
    @Test func ignoresWhatCannotBeRenewed() throws {
        var schedule = schedule()
        try recordJobs(1...3, at: 0, in: &schedule)
        _ = begin(&schedule, at: 4.5)
        _ = schedule.take(try page([1, 2, 3]), requestedAt: at(4.5), at: at(4.6))
        for number in 1...3 { schedule.ignore(try name(number), until: at(9.6)) }
        schedule.end(at: at(4.6))
        #expect(next(schedule, after: 5) == nil)
    }

    // Jobs that clients ask for without watching them.

    private func recordLookUps(_ numbers: some Sequence<Int>, at seconds: Double, in schedule: inout ListSchedule)
        throws
    {
        for number in numbers {
            schedule.beginLookUp(of: try name(number), isPoll: true, at: at(seconds))
            schedule.endLookUp(of: try name(number))
            schedule.record(try entry(number, lookedUp: seconds), of: try name(number), isWatched: false)
        }
    }

    @Test(arguments: [(5.5, true), (8, true), (8.5, false), (14, false)])
    func followsJobsForWhichAClientComesWhenTheyAreDue(time: Double, isFollowed: Bool) throws {
        var schedule = schedule()
        try recordLookUps(1...3, at: 0, in: &schedule)
        #expect(next(schedule, after: 0) == nil, "a client may have come once")
        try recordLookUps(1...3, at: time, in: &schedule)
        #expect(next(schedule, after: time) == (isFollowed ? time + 4.5 : nil))
    }

    /// A job that the list has renewed costs another list if a client has come for it meanwhile.
    @Test func followsPolledJobsAsLongAsClientsCome() throws {
        var schedule = schedule()
        try recordLookUps(1...3, at: 0, in: &schedule)
        try recordLookUps(1...3, at: 5.5, in: &schedule)
        _ = begin(&schedule, at: 10)
        #expect(read(try page([1, 2, 3]), at: 10, in: &schedule).unchanged.count == 3)
        #expect(next(schedule, after: 10.5, using: Set(try (1...3).map(name))) == 14.5)
        #expect(next(schedule, after: 10.5, using: Set(try (1...2).map(name))) == nil)
        #expect(next(schedule, after: 10.5) == nil)
    }

    @Test func aRefusedPollCountsToo() throws {
        var schedule = schedule()
        try recordLookUps(1...3, at: 0, in: &schedule)
        for number in 1...3 { schedule.beginLookUp(of: try name(number), isPoll: true, at: at(6)) }
        #expect(next(schedule, after: 6) == nil, "the look-ups are under way")
        for number in 1...3 { schedule.endLookUp(of: try name(number)) }
        #expect(next(schedule, after: 6) == 6)
    }

    /// What clients do not come for any more is not kept.
    @Test func letsGoOfAbandonedJobs() throws {
        var schedule = schedule()
        try recordLookUps(1...2, at: 0, in: &schedule)
        try recordJobs(3...3, at: 0, in: &schedule)
        schedule.removeAbandoned(at: at(34.9))
        #expect(try schedule.notes(name(1)))
        schedule.removeAbandoned(at: at(35))
        #expect(try !schedule.notes(name(1)) && schedule.notes(name(3)))
    }

    /// Clients that come for a job until it is looked up again and then no more: each list is one for jobs that are abandoned.
    @Test func isPausedWhereClientsDoNotComeAgain() throws {
        var schedule = schedule()
        var lists = 0
        for round in 0..<200 {
            let (now, jobs) = (Double(round) * 20, 3 * round..<3 * round + 3)
            try recordLookUps(jobs, at: now, in: &schedule)
            try recordLookUps(jobs, at: now + 5.5, in: &schedule)
            guard begin(&schedule, at: now + 10) else { continue }
            lists += 1
            #expect(read(try page(Array(jobs)), at: now + 10, in: &schedule).unchanged.count == 3)
        }
        #expect(lists <= 16, "\(lists) in an hour")
    }

    /// A confirmation that puts a look-up off by little saves little.
    @Test func isPausedWhereItPutsLookUpsOffByLittle() throws {
        var schedule = schedule(trust: .seconds(6))
        var lists = 0
        for second in stride(from: 0.0, to: 3_600, by: 6) {
            try recordJobs(1...3, at: second, in: &schedule)
            guard begin(&schedule, at: second + 4.5) else { continue }
            lists += 1
            let news = read(try page([1, 2, 3]), at: second + 4.5, in: &schedule)
            #expect(news.unchanged.allSatisfy { $0.trustEnd == at(second + 6) })
        }
        #expect(lists <= 20, "\(lists) in an hour")
    }

    /// A job that only others are followed beside is not looked up because of the list.
    @Test func suspectsNoJobWithoutDemand() throws {
        var schedule = schedule()
        try recordJobs(1...3, at: 0, in: &schedule)
        try recordLookUps(4...4, at: 0, in: &schedule)
        _ = begin(&schedule, at: 4.5)
        #expect(read(try page([1, 2, 3, 4], start: 700), at: 4.5, in: &schedule).suspected.count == 3)
    }

    /// A list that contradicts each look-up costs look-ups, and saves none.
    @Test func isPausedWhereItSuspectsFalsely() throws {
        var schedule = schedule()
        var lists = 0
        for round in 0..<720 {
            let (now, jobs) = (Double(round) * 5, 3 * round..<3 * round + 3)
            try recordJobs(jobs, at: now, in: &schedule)
            guard begin(&schedule, at: now + 4.5) else { continue }
            lists += 1
            read(try page(Array(jobs), start: 700), at: now + 4.5, in: &schedule)
            try recordJobs(jobs, at: now + 4.8, in: &schedule)
        }
        #expect(lists <= 14, "\(lists) in an hour")
    }

    /// A client that waits again for the same job knows when a list has confirmed it: that is no look-up.
    @Test func goesOnWhereClientsWaitAgain() throws {
        var schedule = schedule(trust: .seconds(600))
        var lists = 0
        try recordJobs(1...3, at: 0, in: &schedule)
        for round in 0..<100 {
            let now = Double(round) * 5 + 4.5
            guard begin(&schedule, at: now) else { continue }
            lists += 1
            read(try page([1, 2, 3]), at: now, in: &schedule)
            for number in 1...3 {
                let known = try entry(number, lookedUp: 0).renewed(
                    requestedAt: at(now), freshUntil: at(now + 5), keepUntil: at(now + 600))
                schedule.record(known, of: try name(number), isWatched: true)
            }
        }
        #expect(lists == 100)
    }
}
