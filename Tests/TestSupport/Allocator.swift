import Foundation
import Glibc

// The module Glibc leaves malloc.h out. This function of it takes nothing and returns nothing.
@_silgen_name("malloc_stats") private func printAllocatorStatistics()

/// The figures of glibc's allocator.
public enum Allocator {
    /// The bytes given out, in all arenas and in mappings of their own: the last "in use bytes" of malloc_stats(3),
    /// which writes to standard error.
    public static var bytesInUse: Int {
        let lines = capturingStandardError(printAllocatorStatistics).split(separator: "\n")
        let last = lines.last { $0.hasPrefix("in use bytes") }
        return last.flatMap { Int($0.drop { !$0.isNumber }) } ?? 0
    }

    /// False under a sanitizer, which replaces the allocator.
    public static var isInUse: Bool { bytesInUse > 0 }

    private static func capturingStandardError(_ print: () -> Void) -> String {
        let pipe = Pipe()
        let standardError = dup(2)
        dup2(pipe.fileHandleForWriting.fileDescriptor, 2)
        print()
        dup2(standardError, 2)
        close(standardError)
        try? pipe.fileHandleForWriting.close()
        let output = try? pipe.fileHandleForReading.readToEnd()
        return String(decoding: output ?? Data(), as: UTF8.self)
    }
}
