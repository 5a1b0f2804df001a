import Caching
import Formats
public import RateLimiting
import Transcribe

/// How the list of running jobs is used to follow watched ones.
public struct ListOptions: Sendable {
    public enum Use: String, CaseIterable, Sendable {
        /// Where AWS's policies permit it. What they deny is tried again after an hour.
        case auto
        /// The same, but what they deny is a fault, and tried again after a minute.
        case on
        case off
    }

    public var use: Use
    /// From so many running jobs on that are watched at a time; and a further page for each as many.
    public var from: Int
    /// How long after its last look-up a job may be taken to be as the list shows it.
    public var trust: Duration
    /// Pages in any second; nil is no limit.
    public var rate: Rate?

    public init(use: Use, from: Int, trust: Duration, rate: Rate?) {
        self.use = use
        self.from = from
        self.trust = trust
        self.rate = rate
    }
}

/// When the list of running jobs is asked for, and what it says of the watched jobs. A pure value; time is an argument.
///
/// Each job remains due for a look-up at its usual time until a list has shown it unchanged. So a list that is denied, slow or
/// wrong delays no look-up; and one that does not show a job is not asked for on account of that job for a time.
struct ListSchedule: Sendable {
    /// The list is asked for so long before the first job is due, so that it is there when the job is.
    static let lead = Duration.milliseconds(500)
    /// Two lists do not begin within this.
    private static let spacing = Duration.seconds(1)
    /// After a list that failed. It doubles with each further one.
    private static let firstPause = Duration.seconds(5)
    private static let longestPause = Duration.seconds(60)

    /// A watched job that was running when it was last looked up.
    private struct Note: Sendable {
        let startedAt: Timestamp?
        let createdAt: Timestamp?
        var lookedUpAt: Moment
        var due: Moment
        /// Whether the last list that reached it showed it unchanged.
        var isListed = false
        /// The job is not one for the list until then; nil if it is.
        var ignoredUntil: Moment?
        /// Lists that did not show it unchanged.
        var misses = 0
        /// Whether it is to be looked up because of what a list said.
        var isSuspected = false
        /// Whether such a look-up has found it unchanged.
        var wasFalselySuspected = false
    }

    /// A list that is being read.
    private struct Reading: Sendable {
        let began: Moment
        /// The oldest of the jobs that it is for; nil if that is not known.
        let oldest: Timestamp?
        var pagesLeft: Int
        var seen: Set<JobName> = []
    }

    private let options: ListOptions
    private var notes: [JobName: Note] = [:]
    private var reading: Reading?
    private var notBefore: Moment?
    private var failures = 0

    var isBeingRead: Bool { reading != nil }

    init(_ options: ListOptions) {
        self.options = options
    }

    /// What a look-up of a watched job has brought.
    ///
    /// - Parameter entry: whatever AWS answered; only a running job is one for the list.
    mutating func record(_ entry: CacheEntry<CachedAnswer>, of name: JobName) {
        guard options.use != .off else { return }
        guard let job = entry.value.job?.job, job.status == .inProgress else {
            notes[name] = nil
            return
        }
        let lookedUpAt = entry.value.lookedUpAt ?? entry.requestedAt
        guard var note = notes[name], note.startedAt == job.startedAt, note.createdAt == job.createdAt else {
            notes[name] = Note(
                startedAt: job.startedAt, createdAt: job.createdAt, lookedUpAt: lookedUpAt, due: entry.freshUntil)
            return
        }
        guard note.lookedUpAt <= lookedUpAt else { return }
        if note.isSuspected { note.wasFalselySuspected = true }
        note.isSuspected = false
        note.lookedUpAt = lookedUpAt
        note.due = entry.freshUntil
        notes[name] = note
    }

    /// The job is watched no more, or what is known of it may not be used.
    mutating func remove(_ name: JobName) { notes[name] = nil }

    mutating func removeAll() { notes = [:] }

    /// Whether the list is to be asked for now. Then its pages are told to ``take(_:requestedAt:at:)``, or its failure to
    /// ``fail(isDenied:at:)``.
    mutating func begin(at now: Moment) -> Bool {
        guard let wakeUp = wakeUp(at: now), wakeUp <= now else { return false }
        let jobs = notes.values.filter { isOneForTheList($0, at: now) }
        let births = jobs.compactMap(\.createdAt)
        reading = Reading(
            began: now, oldest: births.count == jobs.count ? births.min() : nil,
            pagesLeft: max(1, jobs.count / max(1, options.from)))
        notBefore = now + Self.spacing
        return true
    }

    /// When the list is to be asked for; nil while it is being read, and if it is of no use.
    func wakeUp(at now: Moment) -> Moment? {
        guard options.use != .off, reading == nil else { return nil }
        var count = 0
        var first: Moment?
        for note in notes.values where isOneForTheList(note, at: now) {
            count += 1
            first = min(first ?? note.due, note.due)
        }
        guard let first, count >= options.from else { return nil }
        let wanted = Moment(first.instant - Self.lead)
        return notBefore.map { max(wanted, $0) } ?? wanted
    }

    /// Whether a list can keep the job from being looked up when it is due.
    private func isOneForTheList(_ note: Note, at now: Moment) -> Bool {
        note.due < note.lookedUpAt + options.trust && (note.ignoredUntil.map { $0 <= now } ?? true)
    }
}

/// What a page of the list says of the watched jobs.
struct ListNews: Sendable {
    /// They are as they were when they were looked up; each with the time until which the list is trusted for it.
    var unchanged: [(name: JobName, startedAt: Timestamp?, trustEnd: Moment)] = []
    /// They differ, or have just gone: they are to be looked up at once.
    var suspected: [JobName] = []
    /// Whether no further page is wanted.
    var isOver = false
}

extension ListSchedule {
    /// - Parameters:
    ///   - requestedAt: when the page was asked for.
    ///   - now: when it came.
    mutating func take(_ page: JobPage, requestedAt: Moment, at now: Moment) -> ListNews {
        guard var reading else { return ListNews(isOver: true) }
        failures = 0
        var news = ListNews()
        for (name, summary) in page.summaries {
            guard let note = notes[name] else { continue }
            reading.seen.insert(name)
            // A look-up that began later knows better.
            guard note.lookedUpAt < requestedAt else { continue }
            if summary.status == .inProgress, summary.startedAt == note.startedAt {
                notes[name]?.isListed = true
                notes[name]?.ignoredUntil = nil
                news.unchanged.append((name, note.startedAt, note.lookedUpAt + options.trust))
            } else {
                miss(name, isSuspect: true, at: now, &news)
            }
        }
        reading.pagesLeft -= 1
        let isPastOldest = reading.oldest.flatMap { oldest in page.reach.map { $0 < oldest } } ?? false
        news.isOver = page.next == nil || isPastOldest || reading.pagesLeft == 0
        self.reading = news.isOver ? nil : reading
        if news.isOver { end(reading, on: page, at: now, &news) }
        return news
    }

    /// The jobs that were not on the list. One behind the last page may stand on the list all the same.
    private mutating func end(_ reading: Reading, on page: JobPage, at now: Moment, _ news: inout ListNews) {
        for (name, note) in notes where !reading.seen.contains(name) && note.lookedUpAt < reading.began {
            guard note.ignoredUntil.map({ $0 <= reading.began }) ?? true else { continue }
            let isYounger = note.createdAt.flatMap { birth in page.reach.map { $0 < birth } } ?? false
            let isReached = page.next == nil || isYounger
            miss(name, isSuspect: isReached && note.isListed, at: now, &news)
        }
    }

    /// A list has not shown a job unchanged. Twice as long each time the job is then not one for the list.
    private mutating func miss(_ name: JobName, isSuspect: Bool, at now: Moment, _ news: inout ListNews) {
        guard var note = notes[name] else { return }
        note.isListed = false
        note.ignoredUntil = now + options.trust * (1 << min(note.misses, 10))
        note.misses += 1
        if isSuspect, !note.wasFalselySuspected {
            note.isSuspected = true
            news.suspected.append(name)
        }
        notes[name] = note
    }

    /// A job that was unchanged is fresh until then.
    mutating func confirm(_ name: JobName, until due: Moment) { notes[name]?.due = due }

    /// A job that was unchanged is not stored any more, so that the list cannot make it fresh.
    mutating func ignore(_ name: JobName, at now: Moment) { notes[name]?.ignoredUntil = now + options.trust }

    /// The list gave no page.
    ///
    /// - Parameter isDenied: AWS's policies deny it.
    mutating func fail(isDenied: Bool, at now: Moment) {
        reading = nil
        failures += 1
        let pause = min(Self.firstPause * (1 << min(failures - 1, 10)), Self.longestPause)
        notBefore = now + (isDenied ? (options.use == .on ? .seconds(60) : .seconds(3_600)) : pause)
    }
}

extension Moment {
    fileprivate static func + (moment: Moment, duration: Duration) -> Moment { Moment(moment.instant + duration) }
}
