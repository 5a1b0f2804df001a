import Transcribe

/// A visit that asks for a job: which one, how much of it, and what the client has already.
struct LookUp: Sendable {
    let name: JobName
    let fields: JobFields
    let condition: IfNoneMatch?
    let visit: Visit
}
