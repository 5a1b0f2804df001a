import Glibc

/// The process's limit of open descriptors, RLIMIT_NOFILE (getrlimit(2)).
public enum DescriptorLimit {
    /// Raises the soft limit to the hard one and returns the limit that then applies.
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
    /// Forbids the dumps of this process and of the programs that it starts: they would hold credentials.
    ///
    /// The limit RLIMIT_CORE (getrlimit(2)) becomes one byte. That is too little for a file, as zero would be. Zero does
    /// not stop a program that takes dumps through a pipe; one byte does.
    public static func forbid() {
        let resource = __rlimit_resource_t(RLIMIT_CORE.rawValue)
        var limit = rlimit()
        guard unsafe getrlimit(resource, &limit) == 0 else { return }
        var least = rlimit(rlim_cur: min(1, limit.rlim_max), rlim_max: min(1, limit.rlim_max))
        unsafe setrlimit(resource, &least)
    }
}
