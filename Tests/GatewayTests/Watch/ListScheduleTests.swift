import Caching
import Formats
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
        for number in numbers { schedule.record(try entry(number, lookedUp: seconds), of: try name(number)) }
    }

    @Test func asksForTheListShortlyBeforeTheFirstJobIsDue() throws {
        var schedule = schedule()
        try recordJobs(1...2, at: 0, in: &schedule)
        #expect(schedule.wakeUp(at: at(0)) == nil)
        schedule.record(try entry(3, lookedUp: 1), of: try name(3))
        #expect(schedule.wakeUp(at: at(1)) == at(4.5))
        let tooEarly = schedule.begin(at: at(4.4))
        let inTime = schedule.begin(at: at(4.5))
        #expect(!tooEarly && inTime)
        #expect(schedule.wakeUp(at: at(4.5)) == nil)
    }

    @Test(arguments: [JobStatus.queued, .completed, .failed, JobStatus(rawValue: "NEW")])
    func isForRunningJobsOnly(status: JobStatus) throws {
        var schedule = schedule(from: 1)
        schedule.record(try entry(1, status: status, lookedUp: 0), of: try name(1))
        #expect(schedule.wakeUp(at: at(0)) == nil)
        schedule.record(try entry(1, lookedUp: 1), of: try name(1))
        #expect(schedule.wakeUp(at: at(1)) == at(5.5))
        schedule.record(try entry(1, status: status, lookedUp: 2), of: try name(1))
        #expect(schedule.wakeUp(at: at(2)) == nil)
    }

    @Test func isNotUsedWhereItIsOff() throws {
        var schedule = schedule(use: .off, from: 1)
        try recordJobs(1...10, at: 0, in: &schedule)
        let begins = schedule.begin(at: at(5))
        #expect(!begins && schedule.wakeUp(at: at(5)) == nil)
    }

    @Test func confirmsWhatIsAsItWas() throws {
        var schedule = schedule()
        try recordJobs(1...3, at: 0, in: &schedule)
        _ = schedule.begin(at: at(4.5))
        let news = schedule.take(try page([1, 2, 3]), requestedAt: at(4.5), at: at(4.6))
        #expect(Set(news.unchanged.map(\.name)) == [try name(1), try name(2), try name(3)])
        #expect(news.unchanged.allSatisfy { $0.trustEnd == at(60) })
        #expect(news.suspected == [] && news.isOver)
        for number in 1...3 { schedule.confirm(try name(number), until: at(9.5)) }
        #expect(schedule.wakeUp(at: at(5)) == at(9))
    }

    /// The end of the trust is a time for a look-up, which no list can put off.
    @Test func isNoUseOnceTheTrustEnds() throws {
        var schedule = schedule(trust: .seconds(8))
        try recordJobs(1...3, at: 0, in: &schedule)
        _ = schedule.begin(at: at(4.5))
        let news = schedule.take(try page([1, 2, 3]), requestedAt: at(4.5), at: at(4.6))
        #expect(news.unchanged.allSatisfy { $0.trustEnd == at(8) })
        for number in 1...3 { schedule.confirm(try name(number), until: at(8)) }
        #expect(schedule.wakeUp(at: at(7.5)) == nil)
        try recordJobs(1...3, at: 8, in: &schedule)
        #expect(schedule.wakeUp(at: at(8)) == at(12.5))
    }

    @Test(arguments: [(JobStatus.completed, Int64(0)), (.inProgress, 1_000)])
    func suspectsWhatDiffers(status: JobStatus, start: Int64) throws {
        var schedule = schedule()
        try recordJobs(1...3, at: 0, in: &schedule)
        _ = schedule.begin(at: at(4.5))
        let news = schedule.take(
            try page([1], status: status, start: start), requestedAt: at(4.5), at: at(4.6))
        #expect(try news.suspected == [name(1)] && news.unchanged.isEmpty)
    }

    @Test func suspectsWhatHasJustGone() throws {
        var schedule = schedule()
        try recordJobs(1...4, at: 0, in: &schedule)
        _ = schedule.begin(at: at(4.5))
        _ = schedule.take(try page([1, 2, 3, 4]), requestedAt: at(4.5), at: at(4.6))
        for number in 1...4 { schedule.confirm(try name(number), until: at(9.5)) }
        _ = schedule.begin(at: at(9))
        let news = schedule.take(try page([1, 2, 3]), requestedAt: at(9), at: at(9.1))
        #expect(try news.suspected == [name(4)] && news.unchanged.count == 3)
    }

    /// Jobs that the list never shows have the look-ups that they have without it, and cost ever fewer lists.
    @Test func leavesAloneWhatItNeverShows() throws {
        var schedule = schedule()
        var lists: [Double] = []
        for second in stride(from: 0.0, to: 3_600, by: 5) {
            try recordJobs(1...3, at: second, in: &schedule)
            guard schedule.begin(at: at(second + 4.5)) else { continue }
            lists.append(second)
            let news = schedule.take(try page([]), requestedAt: at(second + 4.5), at: at(second + 4.6))
            #expect(news.suspected == [] && news.unchanged.isEmpty && news.isOver)
        }
        #expect(lists.count == 6 && lists.prefix(3) == [0, 65, 190], "\(lists)")
    }

    /// A list that shows a job and then does not, again and again, causes one look-up by that.
    @Test func suspectsNoJobAgainWhichItSuspectedFalsely() throws {
        var schedule = schedule()
        var suspicions = 0
        var now = 0.0
        for round in 0..<20 {
            try recordJobs(1...3, at: now, in: &schedule)
            now += 1_000
            try recordJobs(1...3, at: now, in: &schedule)
            guard schedule.begin(at: at(now + 4.5)) else { continue }
            let isShown = round % 2 == 0
            let news = schedule.take(
                try page(isShown ? [1, 2, 3] : [2, 3]), requestedAt: at(now + 4.5), at: at(now + 4.6))
            suspicions += news.suspected.count
            now += 5
        }
        #expect(suspicions == 1)
    }

    @Test func ignoresAPageOlderThanALookUp() throws {
        var schedule = schedule()
        try recordJobs(1...3, at: 0, in: &schedule)
        _ = schedule.begin(at: at(4.5))
        schedule.record(try entry(1, start: 9, lookedUp: 4.7), of: try name(1))
        schedule.record(try entry(2, lookedUp: 4.7), of: try name(2))
        let news = schedule.take(try page([1]), requestedAt: at(4.5), at: at(5))
        #expect(news.unchanged.isEmpty && news.suspected == [])
        #expect(schedule.wakeUp(at: at(5)) == nil, "the third was not shown")
    }

    @Test func followsPagesUpToTheOldestJob() throws {
        var schedule = schedule(from: 1)
        try recordJobs([10, 20, 30], at: 0, in: &schedule)
        _ = schedule.begin(at: at(4.5))
        let first = schedule.take(try page([30], reach: 25, next: "a"), requestedAt: at(4.5), at: at(4.6))
        #expect(try !first.isOver && first.unchanged.map(\.name) == [name(30)])
        let second = schedule.take(try page([20], reach: 9, next: "b"), requestedAt: at(4.6), at: at(4.7))
        #expect(try second.isOver && second.unchanged.map(\.name) == [name(20)])
    }

    /// A page more for each as many jobs as the first is worth; those behind it may be on the list all the same.
    @Test func readsNoMorePagesThanTheyAreWorth() throws {
        var schedule = schedule(from: 3)
        try recordJobs(1...7, at: 0, in: &schedule)
        _ = schedule.begin(at: at(4.5))
        let numbers = [7, 6, 5, 4]
        let first = schedule.take(try page(numbers, reach: 4, next: "a"), requestedAt: at(4.5), at: at(4.6))
        #expect(!first.isOver)
        let second = schedule.take(try page([], reach: 3, next: "b"), requestedAt: at(4.6), at: at(4.7))
        #expect(second.isOver && second.suspected == [])
        for number in numbers { schedule.confirm(try name(number), until: at(9.5)) }
        #expect(schedule.wakeUp(at: at(5)) == at(9))
    }

    @Test(arguments: [(ListOptions.Use.auto, 3_600.0), (.on, 60)])
    func pausesWhereItIsDenied(use: ListOptions.Use, pause: Double) throws {
        var schedule = schedule(use: use)
        try recordJobs(1...3, at: 0, in: &schedule)
        _ = schedule.begin(at: at(4.5))
        schedule.fail(isDenied: true, at: at(5))
        #expect(schedule.wakeUp(at: at(5)) == at(5 + pause))
    }

    @Test func pausesLongerAfterEachFailure() throws {
        var schedule = schedule()
        var now = 4.5
        for pause in [5, 10, 20, 40, 60, 60.0] {
            try recordJobs(1...3, at: now - 4.5, in: &schedule)
            let begins = schedule.begin(at: at(now))
            #expect(begins)
            schedule.fail(isDenied: false, at: at(now))
            #expect(schedule.wakeUp(at: at(now)) == at(now + pause))
            now += pause
        }
        try recordJobs(1...3, at: now - 4.5, in: &schedule)
        _ = schedule.begin(at: at(now))
        _ = schedule.take(try page([1, 2, 3]), requestedAt: at(now), at: at(now))
        #expect(schedule.wakeUp(at: at(now)) == at(now + 1), "two lists do not begin within a second")
    }

    @Test func forgetsAJobThatIsWatchedNoMore() throws {
        var schedule = schedule()
        try recordJobs(1...3, at: 0, in: &schedule)
        schedule.remove(try name(2))
        #expect(schedule.wakeUp(at: at(0)) == nil)
    }

    /// What cannot be renewed, as after a purge, is not for the list for a time.
    @Test func ignoresWhatCannotBeRenewed() throws {
        var schedule = schedule()
        try recordJobs(1...3, at: 0, in: &schedule)
        _ = schedule.begin(at: at(4.5))
        _ = schedule.take(try page([1, 2, 3]), requestedAt: at(4.5), at: at(4.6))
        schedule.ignore(try name(1), at: at(4.6))
        #expect(schedule.wakeUp(at: at(5)) == nil)
    }
}
