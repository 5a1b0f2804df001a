import Caching
import Formats
import Transcribe

/// When the list of running jobs is asked for, and what it says of the followed jobs: those that are watched, and those that
/// clients ask for again about when they are due. A pure value; time is an argument.
///
/// Each job remains due for a look-up at its usual time until a list has shown it unchanged. So a list that is denied, slow or
/// wrong delays no look-up; and one that does not show a job is not asked for on account of that job for a time.
struct ListSchedule: Sendable {
    /// The list is asked for so long before the first job is due, so that it is there when the job is.
    static let lead = Duration.milliseconds(500)
    /// Two lists do not begin within this.
    private static let spacing = Duration.seconds(1)
    /// All notes are not gone through twice within this.
    private static let shortSpacing = Duration.milliseconds(100)
    /// After a list that failed, or that helped no job. It doubles with each further one.
    private static let firstPause = Duration.seconds(5)
    private static let longestPause = Duration.seconds(60)
    /// How late the clients come that obey `Retry-After`, which is rounded up, over a network.
    private static let punctuality = Duration.seconds(3)
    /// What is noted of a job that is not watched is kept so long after it was due.
    private static let memory = Duration.seconds(30)
    /// No further job that is not watched is noted above this.
    private static let mostNotes = 10_000

    /// A list that is being read.
    private struct Reading: Sendable {
        let began: Moment
        /// The oldest of the jobs that it is for; nil if that is not known.
        let oldest: Timestamp?
        var pagesLeft: Int
        var seen: Set<JobName> = []
        /// Whether it has saved or caused a look-up.
        var hasHelped = false
    }

    private let options: ListOptions
    private var notes: [JobName: Note] = [:]
    private var reading: Reading?
    private var notBefore: Moment?
    private var failures = 0
    /// No job is due before; nil if none is for the list.
    private var earliest: Moment?

    var isBeingRead: Bool { reading != nil }

    /// Whether something is noted of the job.
    func notes(_ name: JobName) -> Bool { notes[name] != nil }

    init(_ options: ListOptions) {
        self.options = options
    }

    /// What a look-up of a job has brought.
    ///
    /// - Parameter entry: whatever AWS answered; only a running job is one for the list.
    mutating func record(_ entry: CacheEntry<CachedAnswer>, of name: JobName, isWatched: Bool) {
        guard options.use != .off else { return }
        guard let job = entry.value.job, job.job.status == .inProgress else {
            notes[name] = nil
            return
        }
        if var note = notes[name], note.concerns(job) {
            note.record(entry)
            if isWatched { note.demand = .watched }
            set(note, of: name)
        } else if isWatched || notes.count < Self.mostNotes {
            set(
                Note(
                    startedAt: job.job.startedAt, createdAt: job.job.createdAt, demand: isWatched ? .watched : .none,
                    lookedUpAt: entry.lookedUpAt, due: entry.freshUntil),
                of: name)
        }
    }

    /// A client has come for the job and found it stale. One that comes about when the job is due will come again.
    mutating func recordPoll(of name: JobName, at now: Moment) {
        guard var note = notes[name], note.demand != .watched, now <= note.due + Self.punctuality else { return }
        note.demand = .polled
        set(note, of: name)
    }

    /// The job is watched no more.
    mutating func unwatch(_ name: JobName) {
        if notes[name]?.demand == .watched { notes[name]?.demand = .none }
    }

    /// What is known of the job may not be used.
    mutating func remove(_ name: JobName) { notes[name] = nil }

    mutating func removeAll() { notes = [:] }

    /// Lets go of the jobs that are neither watched nor asked for any more.
    mutating func removeAbandoned(at now: Moment) {
        notes = notes.filter { $0.value.demand == .watched || now < $0.value.due + Self.memory }
    }

    /// When the list was asked for because of which the job is to be looked up; nil if there is none.
    func suspicion(of name: JobName) -> Moment? { notes[name]?.suspectedAt }

    /// When ``begin(at:isUsed:)`` may have something to begin; nil while the list is being read.
    var wakeUp: Moment? {
        guard reading == nil, let earliest else { return nil }
        return max(earliest - Self.lead, notBefore ?? earliest - Self.lead)
    }

    /// Whether the list is to be asked for now. Then each page is told to ``take(_:requestedAt:at:)``, and its failure to
    /// ``fail(isDenied:at:)``. After the last page, ``end(at:)`` follows.
    ///
    /// - Parameter isUsed: whether a client has come for the job since the list renewed it.
    mutating func begin(at now: Moment, isUsed: (JobName) -> Bool) -> Bool {
        guard let wakeUp, wakeUp <= now else { return false }
        for (name, note) in notes where note.demand == .unknown && note.due <= now + Self.lead {
            notes[name]?.demand = isUsed(name) ? .polled : .none
        }
        let jobs = notes.values.filter { $0.isOneForTheList(trust: options.trust, at: now) }
        earliest = jobs.count < options.from ? nil : jobs.map(\.due).min()
        notBefore = now + Self.shortSpacing
        guard let earliest, earliest <= now + Self.lead else { return false }
        let births = jobs.compactMap(\.createdAt)
        reading = Reading(
            began: now, oldest: births.count == jobs.count ? births.min() : nil,
            pagesLeft: max(1, jobs.count / max(1, options.from)))
        notBefore = now + Self.spacing
        return true
    }

    private mutating func set(_ note: Note, of name: JobName) {
        notes[name] = note
        if note.demand != .none { earliest = min(earliest ?? note.due, note.due) }
    }
}

extension ListSchedule {
    /// - Parameters:
    ///   - requestedAt: when the page was asked for.
    ///   - now: when it came.
    mutating func take(_ page: JobPage, requestedAt: Moment, at now: Moment) -> ListNews {
        guard var reading else { return ListNews(isOver: true) }
        var news = ListNews()
        for (name, summary) in page.summaries {
            guard let note = notes[name] else { continue }
            reading.seen.insert(name)
            // A look-up that began later knows better, and one that is asked for because of a list will.
            guard note.lookedUpAt < requestedAt, note.suspectedAt == nil else { continue }
            if summary.status == .inProgress, summary.startedAt == note.startedAt {
                notes[name]?.recordListing()
                let trustEnd = note.trustEnd(options.trust)
                if note.demand != .none, requestedAt < trustEnd {
                    news.unchanged.append((name, note.startedAt, trustEnd))
                }
            } else {
                miss(name, isSuspect: true, requestedAt: requestedAt, at: now, &news)
            }
        }
        reading.pagesLeft -= 1
        let isPastOldest = reading.oldest.flatMap { oldest in page.reach.map { $0 < oldest } } ?? false
        news.isOver = page.next == nil || isPastOldest || reading.pagesLeft == 0
        if news.isOver { missUnseen(by: reading, on: page, requestedAt: requestedAt, at: now, &news) }
        if !news.suspected.isEmpty { reading.hasHelped = true }
        self.reading = reading
        return news
    }

    /// The jobs that were not on the list. One behind the last page may stand on the list all the same.
    private mutating func missUnseen(
        by reading: Reading, on page: JobPage, requestedAt: Moment, at now: Moment, _ news: inout ListNews
    ) {
        for (name, note) in notes where !reading.seen.contains(name) && note.lookedUpAt < reading.began {
            guard note.isOneForTheList(trust: options.trust, at: reading.began) else { continue }
            let isYounger = note.createdAt.flatMap { birth in page.reach.map { $0 < birth } } ?? false
            let isReached = page.next == nil || isYounger
            miss(name, isSuspect: isReached && note.isListed, requestedAt: requestedAt, at: now, &news)
        }
    }

    private mutating func miss(
        _ name: JobName, isSuspect: Bool, requestedAt: Moment, at now: Moment, _ news: inout ListNews
    ) {
        let isSuspected = notes[name]?.recordMiss(
            isSuspect: isSuspect, requestedAt: requestedAt, trust: options.trust, at: now)
        if isSuspected == true { news.suspected.append(name) }
    }

    /// A job that was unchanged is fresh until then. Returns false if it is not noted any more, as after a purge.
    mutating func confirm(_ name: JobName, until due: Moment) -> Bool {
        guard var note = notes[name] else { return false }
        note.due = due
        if note.demand != .watched { note.demand = .unknown }
        set(note, of: name)
        reading?.hasHelped = true
        return true
    }

    /// The job is not one for the list until then: it is not stored, or is being looked up.
    mutating func ignore(_ name: JobName, until end: Moment) { notes[name]?.ignoredUntil = end }

    /// The pages have been read, and what they show unchanged has been confirmed. A list that was of no use is asked for
    /// later, as one that failed.
    mutating func end(at now: Moment) {
        guard let reading else { return }
        self.reading = nil
        earliest = notes.values.lazy.filter { $0.demand != .none }.map(\.due).min()
        if reading.hasHelped { failures = 0 } else { pause(at: now) }
    }

    /// The list gave no page.
    ///
    /// - Parameter isDenied: AWS's policies deny it.
    mutating func fail(isDenied: Bool, at now: Moment) {
        reading = nil
        pause(at: now)
        if isDenied { notBefore = now + (options.use == .on ? .seconds(60) : .seconds(3_600)) }
    }

    private mutating func pause(at now: Moment) {
        failures += 1
        notBefore = now + min(Self.firstPause * (1 << min(failures - 1, 10)), Self.longestPause)
    }
}
