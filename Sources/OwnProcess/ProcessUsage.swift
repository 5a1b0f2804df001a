import Formats
import Glibc
import Threads

/// What this process takes of the machine, as the kernel counts it (proc_pid_stat(5)).
public struct ProcessUsage: Sendable {
    /// Of all threads, in user and system mode.
    public let processorSeconds: Double
    public let virtualBytes: Int
    public let residentBytes: Int
    public let threads: Int
    /// Open descriptors, the one aside with which they are counted.
    public let descriptors: Int
    /// When the process began, in seconds since 1970.
    public let startTime: Double

    /// Nil where /proc cannot be read.
    public static var now: ProcessUsage? {
        guard let line = try? InputFile.bytes(of: "/proc/self/stat", upTo: 1 << 12),
            // The name of the program stands in parentheses, and may have any byte but a NUL.
            let end = line.lastIndex(of: UInt8(ascii: ")")), let descriptors = descriptorCount
        else { return nil }
        // From the third on, which is the state.
        let fields = line[(end + 1)...].split(separator: UInt8(ascii: " "))
        func field(_ place: Int) -> Int? { fields.count > place - 3 ? number(in: fields[place - 3]) : nil }
        guard let user = field(14), let system = field(15), let threads = field(20), let start = field(22),
            let size = field(23), let pages = field(24)
        else { return nil }
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        return ProcessUsage(
            processorSeconds: Double(user + system) / ticks, virtualBytes: size,
            residentBytes: pages * sysconf(Int32(_SC_PAGESIZE)), threads: threads, descriptors: descriptors,
            startTime: bootTime + Double(start) / ticks)
    }

    /// When the machine was started, in seconds since 1970: /proc/stat, which says that too, is hidden from many services.
    private static let bootTime: Double = {
        func seconds(of clock: clockid_t) -> Double {
            var time = timespec()
            unsafe clock_gettime(clock, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
        return seconds(of: CLOCK_REALTIME) - seconds(of: CLOCK_BOOTTIME)
    }()

    private static func number(in digits: ArraySlice<UInt8>) -> Int? {
        let span = digits.span
        return span.decimalValue
    }

    private static var descriptorCount: Int? {
        guard let folder = unsafe opendir("/proc/self/fd") else { return nil }
        defer { unsafe closedir(folder) }
        // `.`, `..` and the descriptor of this folder.
        var count = -3
        while unsafe readdir(folder) != nil { count += 1 }
        return count
    }
}
