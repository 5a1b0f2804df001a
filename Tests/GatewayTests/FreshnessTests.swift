import Formats
import Testing
import Transcribe

@testable import Gateway

@Suite struct FreshnessTests {
    private let freshness = Freshness()

    private func running(startedAt start: Int64?, createdAt creation: Int64? = nil) throws -> CachedAnswer {
        var job = Job.running("a")
        job.startedAt = start.map { Timestamp(millisecondsSinceEpoch: $0 * 1_000) }
        job.createdAt = creation.map { Timestamp(millisecondsSinceEpoch: $0 * 1_000) }
        return .job(CachedJob(job, named: try JobName("a"), fields: .standard, nameHash: 1))
    }

    @Test(
        arguments: [
            (0, 5.0), (60, 5), (600, 5), (900, 7.5), (1_800, 15), (3_600, 30), (7_200, 30), (-600, 5),
        ] as [(Int64, Double)])
    func asksLessOftenTheLongerAJobHasRun(age: Int64, seconds: Double) throws {
        let now = Timestamp(millisecondsSinceEpoch: 100_000_000)
        for answer in [try running(startedAt: 100_000 - age), try running(startedAt: nil, createdAt: 100_000 - age)] {
            #expect(freshness.lifetime(of: answer, at: now, jitter: 0) == .seconds(seconds))
        }
    }

    @Test func takesAJobWithoutTimesForANewOne() throws {
        let now = Timestamp(millisecondsSinceEpoch: 100_000_000)
        #expect(freshness.lifetime(of: try running(startedAt: nil), at: now, jitter: 0) == .seconds(5))
    }

    @Test(arguments: [(-1.0, 4.5), (0, 5), (1, 5.5)])
    func variesLifetimesByATenth(jitter: Double, seconds: Double) throws {
        let lifetime = freshness.lifetime(
            of: try running(startedAt: 0), at: Timestamp(millisecondsSinceEpoch: 0), jitter: jitter)
        #expect(abs(lifetime / .seconds(seconds) - 1) < 1e-9)
    }

    @Test func keepsJobsForTheLongerWindowAndMissingOnesForNone() throws {
        #expect(freshness.staleWindow(of: try running(startedAt: 0)) == .seconds(600))
        #expect(freshness.staleWindow(of: .refusal(.notCached)) == .zero)
    }
}
