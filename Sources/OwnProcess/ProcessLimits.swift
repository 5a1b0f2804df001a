import Glibc

/// The process's limit of open descriptors, RLIMIT_NOFILE (getrlimit(2)).
public enum DescriptorLimit {
    /// The soft limit; 0 if the system does not say.
    public static var current: Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        return Int(clamping: limit.rlim_cur)
    }

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

/// The process's limit of the addresses that it may use, RLIMIT_AS (getrlimit(2)).
public enum AddressSpace {
    /// What a thread takes at least, whatever its stack: its guard page and what the C library keeps for it.
    private static let threadOverhead = 1 << 20

    /// The limit in bytes; nil if there is none.
    public static var limit: Int? {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, limit.rlim_cur < Int.max
        else { return nil }
        return Int(limit.rlim_cur)
    }

    /// What so many threads take: to each belongs a stack as large as RLIMIT_STACK says, 2 MiB where it says nothing
    /// (pthread_create(3)).
    public static func size(ofThreads count: Int) -> Int {
        var limit = rlimit()
        let isKnown = unsafe getrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limit) == 0
        let stack = isKnown && limit.rlim_cur < Int.max ? Int(limit.rlim_cur) : 2 << 20
        return count * (min(stack, 1 << 32) + threadOverhead)
    }

    /// Whether the process may take so many bytes more. They are taken for a moment and given back.
    public static func holds(_ size: Int) -> Bool {
        guard let place = unsafe mmap(nil, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
            unsafe place != MAP_FAILED
        else { return false }
        unsafe munmap(place, size)
        return true
    }
}
