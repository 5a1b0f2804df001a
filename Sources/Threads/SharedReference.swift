public import Synchronization

/// A reference that many threads read while one of them replaces it. To read it takes one atomic load and no lock, so readers do
/// not wait for each other, nor for the writer.
///
/// A thread may have loaded the reference and not retained the object yet, and none knows when it has. So no object is freed
/// before this one is, and their number is bounded.
@safe public final class SharedReference<Object: AnyObject & Sendable>: Sendable {
    @usableFromInline let latest: Atomic<Unmanaged<Object>>
    private let objects: Mutex<[Object]>
    private let limit: Int

    /// - Parameter limit: how often the object can be replaced.
    public init(_ object: Object, limit: Int) {
        unsafe latest = Atomic(Unmanaged.passUnretained(object))
        objects = Mutex([object])
        self.limit = limit
    }

    @inlinable public var current: Object { unsafe latest.load(ordering: .acquiring).takeUnretainedValue() }

    /// Lets reads that begin from now on return another object. False, without effect, if the limit is reached.
    public func replace(with object: Object) -> Bool {
        objects.withLock { objects in
            guard objects.count <= limit else { return false }
            objects.append(object)
            unsafe latest.store(Unmanaged.passUnretained(object), ordering: .releasing)
            return true
        }
    }
}
