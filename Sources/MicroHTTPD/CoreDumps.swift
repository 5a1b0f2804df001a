import Glibc

/// What the system keeps of a process that crashes: its memory (core(5)).
public enum CoreDumps {
    /// None from now on, of this process and of the programs that it starts: credentials would be in them.
    ///
    /// The limit RLIMIT_CORE (getrlimit(2)) becomes one byte. That is too few for a file, as none would be; and a program
    /// that takes dumps through a pipe, for which Linux looks at no other limit, is not given one either.
    public static func forbid() {
        let resource = __rlimit_resource_t(RLIMIT_CORE.rawValue)
        var limit = rlimit()
        guard unsafe getrlimit(resource, &limit) == 0 else { return }
        var least = rlimit(rlim_cur: min(1, limit.rlim_max), rlim_max: min(1, limit.rlim_max))
        unsafe setrlimit(resource, &least)
    }
}
