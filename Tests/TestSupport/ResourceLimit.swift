public import Glibc

/// Runs the body in a process that may have no further descriptor, thread or whatever the resource is. Call it in an exit
/// test. Lifts the limit again: the search for leaks at the end of the process needs descriptors and threads.
public func withNone(of resource: __rlimit_resource_t, _ body: () async throws -> Void) async rethrows {
    var before = rlimit()
    unsafe getrlimit(resource, &before)
    var none = rlimit(rlim_cur: 0, rlim_max: before.rlim_max)
    unsafe setrlimit(resource, &none)
    defer { unsafe setrlimit(resource, &before) }
    try await body()
}
