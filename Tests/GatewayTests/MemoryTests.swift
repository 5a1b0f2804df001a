import Caching
import Foundation
import HTTPExchange
import HTTPTypes
import TestSupport
import Testing
import Transcribe

@testable import Gateway

/// What the cache accounts for a job, held against what the allocator gave for it.
@Suite(.serialized) struct MemoryTests {
    private static let count = 4_000

    /// A job as AWS tells it.
    private static func job(_ name: JobName) throws -> Job {
        let members = """
            {"MedicalTranscriptionJobName":"\(name.text)","TranscriptionJobStatus":"COMPLETED","LanguageCode":"en-US",\
            "MediaSampleRateHertz":44100,"MediaFormat":"wav",\
            "Media":{"MediaFileUri":"s3://hospital-recordings/2026/\(name.text).wav"},\
            "Transcript":{"TranscriptFileUri":"https://s3.us-east-1.amazonaws.com/hospital-transcripts/medical/\
            \(name.text).json"},"StartTime":1795500525.188,"CreationTime":1795500524.671,\
            "CompletionTime":1795500535.376,"Settings":{"ShowSpeakerLabels":true,"MaxSpeakerLabels":2},\
            "Specialty":"PRIMARYCARE","Type":"CONVERSATION"}
            """
        return try JSONDecoder().decode(Job.self, from: Data(members.utf8))
    }

    private static func fill(_ cache: JobCache, asking fields: [JobFields]) throws {
        let now = ContinuousClock.now
        for number in 0..<count {
            let name = try JobName("visit-2026-\(100_000_000 + number)")
            let job = CachedJob(try job(name), named: name, fields: .standard, nameHash: 1)
            for fields in fields { _ = job.rendering(of: fields, whole: .full) {} }
            let answer = CachedAnswer.job(job)
            let stored = CacheEntry(answer, requestedAt: now, freshUntil: now, keepUntil: now)
            cache.store(stored, for: name, cost: answer.cost(under: name), under: cache.lease(for: name))
        }
    }

    /// What is remembered of a failed refresh stays accounted for when the job gets another representation.
    @Test func accountsForARepresentationOfAJobWhoseRefreshFailed() async throws {
        try await TestBench().run { bench in
            let (cache, name) = (bench.gateway.cache, try JobName("a"))
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            bench.clock.advance(by: .seconds(10))
            bench.source.fail("a", .upstreamFailed(ResponseOrigin(status: 503, requestID: "4f1b-22-33-44-55-66")))
            _ = await bench.get("/jobs/a")
            #expect(await eventually { bench.gateway.fetcher.fetchesInFlight == 0 })
            for target in ["/jobs/a?view=full", "/jobs/a?fields=name"] {
                #expect(await bench.get(target).status == .ok)
                let accounted = cache.counts.bytes
                cache.updateCost(of: name) { $0.cost(under: name) }
                #expect(cache.counts.bytes == accounted)
            }
        }
    }

    @Test(
        .enabled(if: Allocator.isInUse, "not glibc's allocator"),
        arguments: [([], 1_240), ([.full], 2_040)] as [([JobFields], Int)])
    func accountsForWhatAJobTakes(fields: [JobFields], most: Int) throws {
        var errors: [Double] = []
        var each: [Int] = []
        for _ in 0..<3 {
            let cache = JobCache(capacity: 1 << 30, shards: 16)
            let (allocated, counted) = (Allocator.bytesInUse, cache.counts.bytes)
            try Self.fill(cache, asking: fields)
            let (given, accounted) = (Allocator.bytesInUse - allocated, cache.counts.bytes - counted)
            errors.append(abs(Double(accounted) / Double(given) - 1))
            each.append(given / Self.count)
        }
        print("a cached job takes \(each) bytes; accounted against allocated: off by", errors)
        // What others allocate meanwhile disturbs an attempt; the one that was disturbed least counts.
        let least = errors.indices.min { errors[$0] < errors[$1] }!
        #expect(errors[least] < 0.05)
        #expect(each[least] <= most)
    }
}
