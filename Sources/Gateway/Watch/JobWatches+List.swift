import Caching
import Synchronization
import Transcribe

/// The list of running jobs: it shows with one call which of the followed jobs still run.
extension JobWatches {
    /// A job that could not be renewed is not one for the list for so long.
    private static let pause = Duration.seconds(5)

    /// Whether the list is to be read now.
    func beginList(at now: Moment) -> Bool {
        state.withLock { [stored] state in
            state.list.begin(at: now) { stored($0)?.value.job?.lastUse }
        }
    }

    /// Reads the list as far as it is of use. The followed jobs that it shows unchanged are fresh again, and those that it shows
    /// otherwise are looked up.
    func readList(_ lists: any JobListSource, by fetcher: Fetcher) async {
        var token: PageToken?
        repeat {
            do throws(FetchFailure) {
                let (page, requestedAt) = try await fetcher.page(after: token, of: lists) { [self] name in
                    state.withLock { $0.list.notes(name) }
                }
                metrics.recordList(nil)
                token = take(page, requestedAt: requestedAt, by: fetcher) ? nil : page.next
            } catch {
                let now = Moment(fetcher.options.time.now())
                state.withLock { $0.list.fail(isDenied: error.deniesList, at: now) }
                metrics.recordList(error)
                fetcher.recorder.record(list: error)
                token = nil
            }
        } while token != nil
        changes.continuation.yield()
    }

    /// Returns whether no further page is wanted.
    private func take(_ page: JobPage, requestedAt: Moment, by fetcher: Fetcher) -> Bool {
        let now = Moment(fetcher.options.time.now())
        let news = state.withLock { state in
            let news = state.list.take(page, requestedAt: requestedAt, at: now)
            for name in news.suspected { state.suspect(name) }
            return news
        }
        // A look-up that is under way may have been asked for before the page, and brings more than that says.
        for job in news.unchanged where !fetcher.isFetching(job.name) {
            guard let entry = fetcher.renew(job, asOf: requestedAt) else {
                // Nothing is stored, or a look-up knows better, or AWS has withdrawn the right to see jobs.
                state.withLock { $0.list.ignore(job.name, until: now + Self.pause) }
                continue
            }
            let watch = state.withLock { $0.take(entry, of: job, at: now) }
            metrics.recordConfirmation(wakeUps: watch?.learn(entry) ?? 0)
        }
        if news.isOver { state.withLock { $0.list.end(at: now) } }
        changes.continuation.yield()
        return news.isOver
    }
}

extension JobWatches.State {
    /// The job is looked up before all that are merely due.
    fileprivate mutating func suspect(_ name: JobName) {
        let first = Moment(nanoseconds: 0)
        if schedule.contains(name) { schedule.hasten(name, due: first) } else { schedule.add(name, due: first) }
    }

    /// A list has shown a job unchanged: it is due when the renewed entry is no longer fresh.
    fileprivate mutating func take(
        _ renewed: CacheEntry<CachedAnswer>, of job: ListNews.Unchanged, at now: Moment
    ) -> JobWatch? {
        guard list.confirm(job, until: renewed.freshUntil, at: now) else { return nil }
        schedule.delay(job.name, until: renewed.freshUntil)
        return watches[job.name]?.watch
    }
}
