import Caching
import Gateway
import Glibc
import RateLimiting
import SigV4
import Transcribe

/// `MicroBenchmarks NAME COUNT` does one thing so many times, and nothing else that depends on the number: the difference
/// between two counts is what the thing costs. Prints a sum over what came out, so that no work can be left out.
@main struct MicroBenchmarks {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let benchmark = Benchmark(rawValue: arguments[1]), let count = Int(arguments[2])
        else {
            print("usage: MicroBenchmarks \(Benchmark.allCases.map(\.rawValue).joined(separator: "|")) COUNT")
            exit(64)
        }
        print(try await benchmark.run(count))
    }
}

/// What can be measured.
enum Benchmark: String, CaseIterable {
    /// What a request asks for.
    case route
    /// Whether a client may ask.
    case admit
    /// A job from the cache.
    case cache
    /// A whole hit between the server's callback and its reply: route, admit, cache, reply, metrics, access log.
    case hit
    /// The same for a client that has the representation already.
    case conditionalHit = "conditional-hit"
    /// A request that is refused for its name.
    case refusal
    /// The same with a field of 14 kB, which has to be looked at.
    case longRefusal = "long-refusal"
    /// A request to AWS.
    case sign
    /// From AWS's answer to the gateway's.
    case job

    func run(_ count: Int) async throws -> Int {
        switch self {
        case .route: try Route.benchmark(count)
        case .admit: ClientLimiter.benchmark(count)
        case .cache: try ExpiringCache<JobName, Job.Box>.benchmark(count)
        case .hit: try await JobGateway.benchmark(count)
        case .conditionalHit: try await JobGateway.benchmark(count, isConditional: true)
        case .refusal: JobGateway.benchmarkRefusal(count, of: Sample.badRequest())
        case .longRefusal: JobGateway.benchmarkRefusal(count, of: Sample.badRequest(accepting: Sample.longAccept))
        case .sign: Signer.benchmark(count)
        case .job: try JobRendering.benchmark(count)
        }
    }
}
