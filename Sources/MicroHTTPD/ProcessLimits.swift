import Glibc

/// The process's limit of open descriptors, RLIMIT_NOFILE (getrlimit(2)).
public enum DescriptorLimit {
    /// Raises the soft limit to the hard one and returns it.
    public static func raise() -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1_024 }
        var raised = limit
        raised.rlim_cur = limit.rlim_max
        if unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 { limit = raised }
        return Int(clamping: limit.rlim_cur)
    }
}

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
