import Caching
import Formats
import Transcribe

extension ListSchedule {
    /// Why a job is to be kept fresh by the list.
    enum Demand: Sendable {
        case watched
        /// A client came for the job about when it was due.
        case polled
        case none
    }

    /// A job that was running when it was last looked up.
    struct Note: Sendable {
        let startedAt: Timestamp?
        let createdAt: Timestamp?
        var demand: Demand
        var lookedUpAt: Moment
        var due: Moment
        /// The time between two look-ups without a list, in nanoseconds.
        var interval: Int64
        /// When a client last came for the job about when it was due, or soon after another one had.
        var polledAt: Moment?
        /// When the job was due before the list renewed it, if that is not watched: whether a client has come after that, so that
        /// the list has saved a look-up, is found out when the job is due again.
        var renewedSince: Moment?
        /// Whether the last list that reached it showed it unchanged.
        var isListed = false
        /// The job is not one for the list until then; nil if it is.
        var ignoredUntil: Moment?
        var isBeingLookedUp = false
        /// Lists in a row that did not show it unchanged.
        var misses = 0
        /// When the list was asked for because of which the job is to be looked up; nil if there is none.
        var suspectedAt: Moment?
        /// Whether such a look-up has found it unchanged.
        var wasFalselySuspected = false

        init(_ job: CachedJob, _ entry: CacheEntry<CachedAnswer>, isWatched: Bool) {
            (startedAt, createdAt) = (job.job.startedAt, job.job.createdAt)
            demand = isWatched ? .watched : .none
            (lookedUpAt, due) = (entry.lookedUpAt, entry.freshUntil)
            interval = due.nanoseconds(since: entry.requestedAt)
        }

        /// Whether the note was made of the job as it is in this entry.
        func concerns(_ job: CachedJob) -> Bool {
            startedAt == job.job.startedAt && createdAt == job.job.createdAt
        }

        /// Takes what is known of the job, unless more is known already: what a look-up has brought, or a list has confirmed since.
        ///
        /// - Returns: whether a list has caused the look-up falsely.
        mutating func record(_ entry: CacheEntry<CachedAnswer>) -> Bool {
            guard (lookedUpAt, due) <= (entry.lookedUpAt, entry.freshUntil) else { return false }
            if lookedUpAt < entry.lookedUpAt { renewedSince = nil }
            (lookedUpAt, due) = (entry.lookedUpAt, entry.freshUntil)
            if entry.requestedAt == entry.lookedUpAt { interval = due.nanoseconds(since: lookedUpAt) }
            // One that began before the list says nothing of what the list showed.
            guard let suspectedAt, suspectedAt <= lookedUpAt else { return false }
            self.suspectedAt = nil
            wasFalselySuspected = true
            return true
        }

        /// Takes that a list has shown the job unchanged.
        mutating func recordListing() {
            (isListed, ignoredUntil, misses) = (true, nil, 0)
        }

        /// Takes that a list has not shown the job unchanged. Twice as long each time the job is then not one for the list.
        ///
        /// - Returns: whether the job is to be looked up now.
        mutating func recordMiss(isSuspect: Bool, requestedAt: Moment, trust: Duration, at now: Moment) -> Bool {
            isListed = false
            ignoredUntil = now + trust * (1 << min(misses, 10))
            misses += 1
            guard isSuspect, !wasFalselySuspected else { return false }
            suspectedAt = requestedAt
            return true
        }

        /// Until when a list may be trusted.
        func trustEnd(_ trust: Duration) -> Moment { lookedUpAt + trust }

        /// Whether those clients have come since the list renewed the job that come about when it was due before.
        func isToBeJudged(at now: Moment) -> Bool {
            renewedSince.map { min(due - ListSchedule.lead, $0 + ListSchedule.punctuality) <= now } ?? false
        }

        /// Whether the clients that come at this time come about when the job is due.
        func isPunctual(at now: Moment) -> Bool { now <= max(due, polledAt ?? due) + ListSchedule.punctuality }

        /// Whether a list that is asked for now can keep the job from being looked up when it is due.
        func isOneForTheList(trust: Duration, at now: Moment) -> Bool {
            guard demand != .none, demand == .watched || isPunctual(at: now), !isBeingLookedUp, suspectedAt == nil
            else { return false }
            return ignoredUntil.map { $0 <= now } ?? true && max(due, now) < trustEnd(trust)
        }
    }
}

/// What a page of the list says of the followed jobs.
struct ListNews: Sendable {
    /// A job that is as it was when it was looked up.
    struct Unchanged: Sendable {
        let name: JobName
        let startedAt: Timestamp?
        let lookedUpAt: Moment
        /// Until when the list is trusted for it.
        let trustEnd: Moment
    }

    var unchanged: [Unchanged] = []
    /// They differ, or have just gone: they are to be looked up at once.
    var suspected: [JobName] = []
    /// Whether no further page is wanted.
    var isOver = false
}

extension CacheEntry<CachedAnswer> {
    /// When AWS was last asked for the job itself. The entry may be younger: a list has shown the job unchanged since.
    var lookedUpAt: Moment { value.lookedUpAt ?? requestedAt }
}

extension Moment {
    static func + (moment: Moment, duration: Duration) -> Moment { Moment(moment.instant + duration) }
    static func - (moment: Moment, duration: Duration) -> Moment { Moment(moment.instant - duration) }
}
