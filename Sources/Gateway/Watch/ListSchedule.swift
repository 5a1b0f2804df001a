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
    /// After a list that failed, or that was not worth its calls. It doubles with each further one.
    private static let firstPause = Duration.seconds(5)
    private static let longestPause = Duration.seconds(60)
    private static let longestPauseWithoutWorth = Duration.seconds(600)
    /// The look-ups that lists may have cost, before they are paused, and may have saved, in terms of what they cost later.
    private static let (leastBalance, largestBalance) = (-3.0, 10.0)
    /// How late the clients come that obey `Retry-After`, which is rounded up, over a network.
    static let punctuality = Duration.seconds(3)
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
    }

    private var options: ListOptions
    private var notes: [JobName: Note] = [:]
    private var reading: Reading?
    private var notBefore: Moment?
    private var failures = 0
    /// Pauses since lists were last worth their calls.
    private var pauses = 0
    /// Look-ups that lists have saved, less the pages that they have cost.
    private var balance = 0.0
    /// No job is due before; nil if none is for the list.
    private var earliest: Moment?

    var isBeingRead: Bool { reading != nil }

    /// Whether something is noted of the job.
    func notes(_ name: JobName) -> Bool { notes[name] != nil }

    init(_ options: ListOptions) {
        self.options = options
    }

    mutating func change(to options: ListOptions) {
        self.options = options
        if options.use == .off { removeAll() }
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
            if note.record(entry) { credit(-1) }
            note.isBeingLookedUp = false
            if isWatched { note.demand = .watched }
            set(note, of: name)
        } else if isWatched || notes[name] != nil || notes.count < Self.mostNotes {
            set(Note(job, entry, isWatched: isWatched), of: name)
        }
    }

    /// A look-up begins. The job is not one for the list until its answer is recorded, or ``endLookUp(of:)``.
    ///
    /// - Parameter isPoll: whether a client has come for the job and found it stale. One that comes about when the job is due
    ///   will come again.
    mutating func beginLookUp(of name: JobName, isPoll: Bool, at now: Moment) {
        guard var note = notes[name] else { return }
        note.isBeingLookedUp = true
        if isPoll, note.demand != .watched {
            let isPunctual = note.isPunctual(at: now)
            note.demand = isPunctual ? .polled : .none
            note.polledAt = isPunctual ? now : nil
        }
        notes[name] = note
    }

    /// A look-up has brought no answer.
    mutating func endLookUp(of name: JobName) {
        guard var note = notes[name] else { return }
        note.isBeingLookedUp = false
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

    /// When ``begin(at:lastUse:)`` may have something to begin; nil while the list is being read.
    var wakeUp: Moment? {
        guard reading == nil, let earliest else { return nil }
        return max(earliest - Self.lead, notBefore ?? earliest - Self.lead)
    }

    /// Whether the list is to be asked for now. Then each page is told to ``take(_:requestedAt:at:)``, and its failure to
    /// ``fail(isDenied:at:)``. After the last page, ``end(at:)`` follows.
    ///
    /// - Parameter lastUse: when a client was last given the job as it is stored.
    mutating func begin(at now: Moment, lastUse: (JobName) -> Moment?) -> Bool {
        guard let wakeUp, wakeUp <= now else { return false }
        judgeRenewals(at: now, lastUse)
        var (count, first, births, oldest) = (0, Moment?.none, 0, Timestamp?.none)
        for note in notes.values where note.isOneForTheList(trust: options.trust, at: now) {
            count += 1
            first = min(first ?? note.due, note.due)
            guard let birth = note.createdAt else { continue }
            births += 1
            oldest = min(oldest ?? birth, birth)
        }
        earliest = count < options.from ? nil : first
        notBefore = now + Self.shortSpacing
        guard let earliest, earliest <= now + Self.lead else { return false }
        reading = Reading(
            began: now, oldest: births == count ? oldest : nil, pagesLeft: max(1, count / max(1, options.from)))
        notBefore = now + Self.spacing
        return true
    }

    /// Finds out of the jobs that the list has renewed, and that are due again, whether clients have come for them.
    private mutating func judgeRenewals(at now: Moment, _ lastUse: (JobName) -> Moment?) {
        for (name, var note) in notes.filter({ $0.value.isToBeJudged(at: now) }) {
            let since = note.renewedSince ?? now
            note.renewedSince = nil
            if let use = lastUse(name), use >= since {
                credit(Double(note.due.nanoseconds(since: since)) / Double(max(1, note.interval)))
            } else if note.demand == .polled, note.polledAt.map({ $0 < since }) ?? true {
                note.demand = .none
            }
            notes[name] = note
        }
    }

    /// - Parameter calls: look-ups that a list has saved; negative: calls that it has cost.
    private mutating func credit(_ calls: Double) { balance = min(balance + calls, Self.largestBalance) }

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
        credit(-1)
        for (name, summary) in page.summaries {
            guard let note = notes[name] else { continue }
            reading.seen.insert(name)
            // A look-up that began later knows better, and one that is asked for because of a list will.
            guard note.lookedUpAt < requestedAt, note.suspectedAt == nil else { continue }
            if summary.status == .inProgress, summary.startedAt == note.startedAt {
                notes[name]?.recordListing()
                let unchanged = ListNews.Unchanged(
                    name: name, startedAt: note.startedAt, lookedUpAt: note.lookedUpAt,
                    trustEnd: note.trustEnd(options.trust))
                if note.demand != .none, requestedAt < unchanged.trustEnd { news.unchanged.append(unchanged) }
            } else {
                miss(name, isSuspect: note.demand != .none, requestedAt: requestedAt, at: now, &news)
            }
        }
        reading.pagesLeft -= 1
        let isPastOldest = reading.oldest.flatMap { oldest in page.reach.map { $0 < oldest } } ?? false
        news.isOver = page.next == nil || isPastOldest || reading.pagesLeft == 0
        if news.isOver { missUnseen(by: reading, on: page, requestedAt: requestedAt, at: now, &news) }
        self.reading = reading
        return news
    }

    /// The jobs that were not on the list. One behind the last page may stand on the list all the same.
    private mutating func missUnseen(
        by reading: Reading, on page: JobPage, requestedAt: Moment, at now: Moment, _ news: inout ListNews
    ) {
        let missing = notes.filter { name, note in
            note.lookedUpAt < reading.began && note.isOneForTheList(trust: options.trust, at: reading.began)
                && !reading.seen.contains(name)
        }
        for (name, note) in missing {
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

    /// A job that was unchanged has been renewed: it is fresh until then. Returns false if something else is known of it
    /// meanwhile, as after a purge or a look-up.
    ///
    /// What that has saved is the part of the time between two look-ups by which the job is due later.
    mutating func confirm(_ job: ListNews.Unchanged, until due: Moment, at now: Moment) -> Bool {
        guard var note = notes[job.name], note.startedAt == job.startedAt, note.lookedUpAt == job.lookedUpAt else {
            return false
        }
        let start = max(note.due, now)
        if note.demand == .watched {
            credit(Double(max(0, due.nanoseconds(since: start))) / Double(max(1, note.interval)))
        } else if note.renewedSince == nil {
            note.renewedSince = start
        }
        note.due = due
        set(note, of: job.name)
        return true
    }

    /// The job is not one for the list until then: it is not stored, or is being looked up.
    mutating func ignore(_ name: JobName, until end: Moment) { notes[name]?.ignoredUntil = end }

    /// The pages have been read, and what they show unchanged has been confirmed. Where lists have cost more calls than they
    /// have saved, the next one is asked for later, as after a failure.
    mutating func end(at now: Moment) {
        guard reading != nil else { return }
        reading = nil
        earliest = notes.values.lazy.filter { $0.demand != .none }.map(\.due).min()
        failures = 0
        if balance >= 0 { pauses = 0 }
        guard balance < Self.leastBalance else { return }
        balance = Self.leastBalance
        pauses += 1
        pause(pauses, atMost: Self.longestPauseWithoutWorth, at: now)
    }

    /// The list gave no page.
    ///
    /// - Parameter isDenied: AWS's policies deny it.
    mutating func fail(isDenied: Bool, at now: Moment) {
        reading = nil
        failures += 1
        pause(failures, atMost: Self.longestPause, at: now)
        if isDenied { notBefore = now + (options.use == .on ? .seconds(60) : .seconds(3_600)) }
    }

    private mutating func pause(_ number: Int, atMost longest: Duration, at now: Moment) {
        notBefore = now + min(Self.firstPause * (1 << min(number - 1, 10)), longest)
    }
}
