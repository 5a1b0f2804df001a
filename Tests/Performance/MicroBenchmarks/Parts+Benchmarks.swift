import Caching
import Formats
import RateLimiting
import SigV4
import Transcribe

extension ClientLimiter {
    static func benchmark(_ count: Int) -> Int {
        let limiter = ClientLimiter(
            ClientLimit(rate: Rate(1_000_000, per: .seconds(1)), burst: 1_000_000), epoch: Sample.now)
        return (0..<count).reduce(into: 0) { sum, _ in
            sum += limiter.admit(0x7F00_0001, at: Sample.now).remaining & 1
        }
    }
}

extension ExpiringCache<JobName, Job.Box> {
    static func benchmark(_ count: Int) throws -> Int {
        let cache = ExpiringCache(capacity: 64 << 20, shards: 16)
        let name = try JobName(Sample.name)
        let later = Sample.now + .seconds(600)
        let stored = CacheEntry(Job.Box(try Sample.job()), requestedAt: Sample.now, freshUntil: later, keepUntil: later)
        cache.store(stored, for: name, cost: 1_000, under: cache.lease(for: name))
        let now = Moment(Sample.now)
        return (0..<count).reduce(into: 0) { sum, _ in
            sum += cache.value(for: name, at: now)?.value.job.name?.utf8.count ?? 0
        }
    }
}

extension Job {
    /// A job by reference, as the gateway keeps it.
    final class Box: Sendable {
        let job: Job

        init(_ job: Job) {
            self.job = job
        }
    }
}

extension Signer {
    static func benchmark(_ count: Int) -> Int {
        let signer = Signer(region: "us-east-1", service: "transcribe")
        let credentials = Credentials(
            accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
        let request = SigningRequest(
            method: "POST",
            headers: [
                ("Content-Type", "application/x-amz-json-1.1"),
                ("X-Amz-Target", "Transcribe.GetMedicalTranscriptionJob"),
                ("Host", "transcribe.us-east-1.amazonaws.com"),
            ],
            body: Array(#"{"MedicalTranscriptionJobName":"\#(Sample.name)"}"#.utf8))
        return (0..<count).reduce(into: 0) { sum, round in
            let time = Timestamp(millisecondsSinceEpoch: 1_795_500_546_991 + Int64(round & 0xFFFF))
            sum += signer.headers(for: request, credentials: credentials, at: time).count
        }
    }
}
