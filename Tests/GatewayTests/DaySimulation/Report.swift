import Foundation
import HTTPExchange
import HTTPTypes

// The figures of a simulated day, and what the formula of the documentation says.
extension DaySimulation {
    /// How many requests of all replicas had this outcome.
    func outcomes(_ outcome: String) -> Int {
        replicas.reduce(0) {
            $0 + $1.registry.count("request_duration_seconds_count{outcome=\"\(outcome)\",route=\"job\"}")
        }
    }

    /// Fetches for which the budget had no token: most of them refreshes, which do not wait.
    var fetchesWithoutCall: Int {
        replicas.reduce(0) { $0 + $1.registry.count("fetches_total{result=\"budget_used_up\"}") }
    }

    /// The part of the requests that needed no call to AWS of their own.
    var cachedPart: Double {
        Double(outcomes("hit") + outcomes("stale") + outcomes("collapsed")) / Double(observations.requests)
    }

    /// Calls by the formula of deploy/README.md: one for each replica that is asked for a job, and one more for each
    /// interval of freshness in which the job runs and is followed.
    var callsOnPaper: Double {
        jobs.entries.reduce(0) { $0 + callsOnPaper(for: $1) }
    }

    private func callsOnPaper(for job: Jobs.Entry) -> Double {
        let length = Double(job.end - job.start) / Self.ticksPerSecond
        let followed = load.reach(of: load.watchers) * (1 + Self.intervals(in: length))
        return switch job.interest {
        case .none: 0
        case .read: load.reach(of: load.readers)
        case .watched: followed
        case .watchedEarly:
            followed + load.reach(of: load.watchers) * Double(Load.earliness) / Self.ticksPerSecond / 2
        }
    }

    /// Fresh for 5 s, later for a 120th of the job's age, at most for 30 s.
    private static func intervals(in length: Double) -> Double {
        let (young, old) = (600.0, 3_600.0)
        return min(length, young) / 5 + 120 * log(min(max(length, young), old) / young) + max(0, length - old) / 30
    }

    var table: String {
        let rows: [(String, String)] = [
            ("jobs", "\(load.jobs)"), ("replicas", "\(load.replicas)"), ("requests", "\(observations.requests)"),
            ("hits", "\(outcomes("hit"))"), ("stale", "\(outcomes("stale"))"), ("misses", "\(outcomes("miss"))"),
            ("joined", "\(outcomes("collapsed"))"), ("no such job", "\(observations.missing)"),
            ("refused (503)", "\(observations.refused)"), ("limited (429)", "\(outcomes("limited"))"),
            ("fetches without a call", "\(fetchesWithoutCall)"), ("look-ups", "\(calls.count)"),
            ("pages of the list", "\(calls.pages)"),
            ("on paper", "\(Int(callsOnPaper))"),
            ("most in a second", "\(calls.mostInASecond)"), ("without a call", "\(Int(cachedPart * 1_000)) per mille"),
            ("age p50, p99", "\(observations.ages.quantile(0.5)) s, \(observations.ages.quantile(0.99)) s"),
            ("end seen p50, p99, last", [0.5, 0.99, 1].map(lateness).joined(separator: ", ")),
            ("most cached", "\(observations.mostCached) bytes"),
        ]
        return rows.map { name, value in
            "  " + name.padding(toLength: 26, withPad: " ", startingAt: 0) + value
        }.joined(separator: "\n")
    }

    private func lateness(_ part: Double) -> String {
        "\(Double(observations.lateness.quantile(part)) / Self.ticksPerSecond) s"
    }
}

extension DaySimulation {
    /// What the clients of a simulated day received.
    struct Observations {
        /// How long a client waits after a 404 before it asks again, in seconds.
        private static let pauseAfterNotFound = 2

        private(set) var requests = 0
        /// Replies that no client should get, by status.
        private(set) var unexpected: [Int: Int] = [:]
        private(set) var refused = 0
        private(set) var missing = 0
        /// The ages of the replies about running jobs, in seconds.
        private(set) var ages = Histogram()
        /// How many ticks after the end of a job its polling clients learned of the end.
        private(set) var lateness = Histogram()
        /// The most bytes that a replica's cache has held.
        private(set) var mostCached = 0
        private var cacheLooked = 0

        /// Records a reply.
        /// - Parameter lateness: how long ago the job ended, in ticks; nil if that is not to be recorded.
        /// - Returns: the seconds after which the client asks again; nil if it has what it wanted.
        mutating func record(_ reply: Reply, lateness: Int?) -> Int? {
            requests += 1
            let (age, wait) = Self.ageAndWait(in: reply)
            switch (reply.status.code, wait) {
            case (200, nil):
                if let lateness { self.lateness.add(lateness) }
                return nil
            case (200, let wait?):
                ages.add(age)
                return wait
            case (404, _):
                missing += 1
                return Self.pauseAfterNotFound
            case (503, let wait?):
                refused += 1
                return wait
            case (let status, _):
                unexpected[status, default: 0] += 1
                return nil
            }
        }

        /// Records the size of the cache once a minute.
        mutating func record(cached bytes: @autoclosure () -> Int, at tick: Int) {
            guard tick >= cacheLooked + 6_000 else { return }
            cacheLooked = tick
            mostCached = max(mostCached, bytes())
        }

        private static func ageAndWait(in reply: Reply) -> (age: Int, wait: Int?) {
            var (age, wait): (Int, Int?) = (0, nil)
            for (name, value) in reply.fields.lines {
                switch name.lowercased() {
                case "age": age = Int(value) ?? 0
                case "retry-after": wait = Int(value)
                default: break
                }
            }
            return (age, wait)
        }
    }
}

extension DaySimulation {
    /// Counts whole numbers by value.
    struct Histogram {
        private var counts: [Int] = []
        private(set) var total = 0

        mutating func add(_ value: Int) {
            let value = max(0, value)
            if value >= counts.count { counts += Array(repeating: 0, count: value + 1 - counts.count) }
            counts[value] += 1
            total += 1
        }

        var largest: Int { max(0, counts.count - 1) }

        /// The least value that this part of all numbers does not exceed.
        func quantile(_ part: Double) -> Int {
            var rest = Int((part * Double(total)).rounded(.up))
            for (value, count) in counts.enumerated() {
                rest -= count
                if rest <= 0 { return value }
            }
            return largest
        }
    }
}
