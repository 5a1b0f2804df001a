/// What glibc's allocator takes for the things that a cache entry is made of, to be summed up to its cost. Tests hold
/// these against what the allocator reports.
public enum HeapSize {
    /// Of a block: eight bytes of header, in steps of 16, at least 32 (malloc/malloc.c, "Chunk representation"). An
    /// instance of a class is a block of 16 bytes and its stored properties.
    public static func block(_ bytes: Int) -> Int { max(32, (bytes + 8 + 15) & ~15) }

    /// Of an array's elements behind the standard library's header.
    public static func array(ofBytes bytes: Int) -> Int { bytes == 0 ? 0 : block(32 + bytes) }

    /// Of a string made in one go: up to 15 bytes of UTF-8 stand in the string itself. More are followed by a NUL and,
    /// from 64 on, by a pointer to breadcrumbs, in steps of 16 (stdlib/public/core/StringStorage.swift).
    public static func string(utf8Count: Int) -> Int {
        guard utf8Count > 15 else { return 0 }
        let breadcrumbs = utf8Count >= 64 ? MemoryLayout<Int>.size : 0
        return block(32 + (utf8Count + 1 + breadcrumbs + 15) & ~15)
    }
}
