import HTTPExchange
import HTTPTypes

/// What the callers of a simulated day were told.
struct DaySimulationTally {
    /// How long a caller who finds no such job waits before it asks again, in seconds.
    private static let patience = 2

    private(set) var requests = 0
    /// Answers that no caller should get, by status.
    private(set) var unexpected: [Int: Int] = [:]
    private(set) var refused = 0
    private(set) var missing = 0
    /// Answers about running jobs, by how many seconds ago AWS was asked.
    private(set) var ages = DaySimulationHistogram()
    /// Ends of jobs, by how many ticks later one who follows the job was told.
    private(set) var lateness = DaySimulationHistogram()
    /// Bytes in the fullest replica's cache.
    private(set) var mostCached = 0
    private var cacheLooked = 0

    /// Takes in a reply.
    /// - Parameter lateness: how long ago the job ended, if that is of interest.
    /// - Returns: the seconds after which the caller asks again; nil if it has what it wanted.
    mutating func note(_ reply: Reply, lateness: Int?) -> Int? {
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
            return Self.patience
        case (503, let wait?):
            refused += 1
            return wait
        case (let status, _):
            unexpected[status, default: 0] += 1
            return nil
        }
    }

    /// Looks at the cache once a minute.
    mutating func note(cached bytes: @autoclosure () -> Int, at tick: Int) {
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
