import Foundation

// What a simulated day came to, and what paper says.
extension DaySimulation {
    /// Requests by how they were answered, of all replicas.
    func outcomes(_ outcome: String) -> Int {
        replicas.reduce(0) {
            $0 + $1.registry.count("request_duration_seconds_count{outcome=\"\(outcome)\",route=\"job\"}")
        }
    }

    /// Flights that the budget had no token for: most of them refreshes, which do not wait.
    private var flightsWithoutCall: Int {
        replicas.reduce(0) { $0 + $1.registry.count("fetches_total{result=\"budget_used_up\"}") }
    }

    /// The part of the requests that AWS was not asked for.
    var cachedPart: Double { Double(outcomes("hit") + outcomes("stale")) / Double(tally.requests) }

    /// Calls by the formula of deploy/README.md: one for each replica that is asked for a job, and one more for each
    /// interval of freshness in which the job runs and is followed.
    var callsOnPaper: Double {
        jobs.entries.reduce(0) { $0 + callsOnPaper(for: $1) }
    }

    private func callsOnPaper(for job: DaySimulationJobs.Entry) -> Double {
        let length = Double(job.end - job.start) / Self.ticksPerSecond
        let followed = load.reach(of: load.watchers) * (1 + Self.intervals(in: length))
        return switch job.interest {
        case .none: 0
        case .read: load.reach(of: load.readers)
        case .watched: followed
        case .watchedEarly:
            followed + load.reach(of: load.watchers) * Double(DaySimulationLoad.earliness) / Self.ticksPerSecond / 2
        }
    }

    /// Fresh for 5 s, later for a 120th of the job's age, at most for 30 s.
    private static func intervals(in length: Double) -> Double {
        let (young, old) = (600.0, 3_600.0)
        return min(length, young) / 5 + 120 * log(min(max(length, young), old) / young) + max(0, length - old) / 30
    }

    var table: String {
        let rows: [(String, String)] = [
            ("jobs", "\(load.jobs)"), ("replicas", "\(load.replicas)"), ("requests", "\(tally.requests)"),
            ("hits", "\(outcomes("hit"))"), ("stale", "\(outcomes("stale"))"), ("misses", "\(outcomes("miss"))"),
            ("joined", "\(outcomes("collapsed"))"), ("no such job", "\(tally.missing)"),
            ("refused (503)", "\(tally.refused)"), ("limited (429)", "\(outcomes("limited"))"),
            ("flights without a call", "\(flightsWithoutCall)"), ("calls to AWS", "\(calls.count)"),
            ("on paper", "\(Int(callsOnPaper))"),
            ("most in a second", "\(calls.mostInASecond)"), ("from the cache", "\(Int(cachedPart * 1_000)) per mille"),
            ("age p50, p99", "\(tally.ages.quantile(0.5)) s, \(tally.ages.quantile(0.99)) s"),
            ("end seen p50, p99, last", [0.5, 0.99, 1].map(lateness).joined(separator: ", ")),
            ("most cached", "\(tally.mostCached) bytes"),
        ]
        return rows.map { name, value in
            "  " + name.padding(toLength: 26, withPad: " ", startingAt: 0) + value
        }.joined(separator: "\n")
    }

    private func lateness(_ part: Double) -> String {
        "\(Double(tally.lateness.quantile(part)) / Self.ticksPerSecond) s"
    }
}
