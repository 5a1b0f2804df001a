import Caching
import Transcribe

/// What operators take out of the cache. An answer that is on its way at that time reaches those who wait for it, and is
/// not kept.
extension JobGateway {
    /// Forgets what is known of a job.
    func purge(_ name: JobName) {
        cache.remove(name)
        journal.notePurge(of: name)
    }

    /// Forgets everything.
    func purge() {
        cache.removeAll()
        journal.notePurge(of: nil)
    }
}
