import ArgumentParser
import FoundationEssentials
import OwnProcess
import Threads

// What a command needs of the system, so that a start ends in words where it is missing.

/// Threads of the process beside those that libmicrohttpd serves requests with.
enum ThreadCount {
    /// Of one server: libmicrohttpd's own, the acceptor's and the server's.
    static let ofServer = 3
    /// Those that run tasks, one for each core and some of the system's, and those of the transfers to AWS.
    static let ofTasks = ProcessInfo.processInfo.activeProcessorCount + 10
}

/// Ends the program in words where it may open fewer files than it takes: the system's library for tasks ends a process that
/// gets no descriptor by a signal.
/// - Parameter need: the descriptors that the command takes, connections of clients aside.
/// - Throws: ``ProgramEnd`` 78 with the limit.
func requireDescriptors(_ need: Int) throws {
    let limit = DescriptorLimit.raise()
    guard limit < need else { return }
    throw ProgramEnd(
        """
        This process may have \(limit) open files, and it needs \(need) and one for each connection. Raise the limit of \
        open files (ulimit -n).
        """)
}

/// Ends the program in words where a limit of the address space leaves too little: later no thread could start, and Swift ends
/// a process that gets no memory by a signal.
/// - Parameter bytes: what is needed beside the threads and what every command takes.
/// - Throws: ``ProgramEnd`` 78 with the limit and the need.
func requireAddressSpace(threads: Int = ThreadCount.ofTasks, bytes: Int = 0) throws {
    guard let limit = AddressSpace.limit else { return }
    let need = AddressSpace.size(ofThreads: threads) + bytes + 64 << 20
    guard !AddressSpace.holds(need) else { return }
    throw ProgramEnd(
        """
        The limit of the address space (ulimit -v) is \(limit >> 20) MiB, and the gateway needs \(need >> 20) MiB beside \
        what it has: for \(threads) threads and their stacks (ulimit -s) and for the cache. Raise the limit, or lower \
        listen.threads, cache.capacity or the size of a stack.
        """)
}

/// Ends the program in words where there is no /proc: the system's library for tasks reads there how busy its threads are, and
/// ends a process that cannot do that by a signal.
/// - Throws: ``ProgramEnd`` 78.
func requireProcessFiles() throws {
    let path = "/proc/self/stat"
    do throws(SystemCallError) {
        _ = try InputFile.bytes(of: path, upTo: 1 << 12)
    } catch {
        throw ProgramEnd(
            "\(path) cannot be read (\(error)), and threads need it: mount the file system proc at /proc.")
    }
}
