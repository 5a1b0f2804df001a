import HTTPExchange
import Transcribe

/// A visit that asks for a job: which one, how much of it, what the client has already, and how
/// fresh it wants it.
struct LookUp: Sendable {
    let name: JobName
    let fields: JobFields
    let condition: IfNoneMatch?
    let directives: CacheDirectives
    let visit: Visit
}

extension LookUp {
    /// The flight that would bring what it asks for.
    func departure(because forwarding: Forwarding, isRefresh: Bool = false) -> Departure {
        Departure(name: name, forwarding: forwarding, caller: visit.client.subscriber, isRefresh: isRefresh)
    }
}
