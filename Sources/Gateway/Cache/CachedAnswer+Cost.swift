import Caching
import HTTPExchange
import Synchronization
import Transcribe

// What the cache accounts for a job: the sizes of the blocks that the allocator gives, as HeapSize computes them. The cache
// asks under its mutex, so nothing is allocated for it.

extension CachedJob {
    /// Bytes on the heap, everything that only this job holds included; more once another representation was made.
    var cost: Int {
        HeapSize.block(Self.instanceSize) + job.heapCost + rendering.body.cost + extras.withLock { $0.cost }
    }

    /// A header of 16 bytes and the stored properties.
    private static var instanceSize: Int {
        16 + MemoryLayout<Job>.size + MemoryLayout<JobRendering>.size + MemoryLayout<JobFields>.size
            + MemoryLayout<Mutex<Extras>>.stride + MemoryLayout<UInt64>.size + 2 * MemoryLayout<Int64>.size
    }
}

extension Problem {
    /// Bytes on the heap beside the value itself. The other texts are the program's own.
    var heapCost: Int { HeapSize.string(utf8Count: awsRequestID?.utf8.count ?? 0) }
}

extension CachedJob.Extras {
    fileprivate var cost: Int {
        HeapSize.array(ofBytes: selections.capacity * MemoryLayout<(JobFields, JobRendering)>.stride)
            + selections.reduce(0) { $0 + $1.rendering.body.cost }
    }
}

extension Body {
    /// Bytes on the heap.
    var cost: Int { HeapSize.block(16 + MemoryLayout<[UInt8]>.stride) + HeapSize.array(ofBytes: bytes.capacity) }
}

extension Job {
    /// Bytes on the heap beside the value itself. The name is not counted: it is that of the cache's key.
    fileprivate var heapCost: Int {
        func size(_ text: String?) -> Int { text.map { HeapSize.string(utf8Count: $0.utf8.count) } ?? 0 }
        let uris = size(transcriptURI) + size(mediaURI) + size(redactedMediaURI)
        let words =
            size(status?.rawValue) + size(languageCode?.rawValue) + size(mediaFormat?.rawValue)
            + size(specialty?.rawValue) + size(type?.rawValue) + size(contentIdentificationType?.rawValue)
        let texts = size(failureReason) + size(settings?.vocabularyName)
        let tags = tags.map { tags in
            tags.reduce(HeapSize.array(ofBytes: tags.capacity * MemoryLayout<Job.Tag>.stride)) {
                $0 + size($1.key) + size($1.value)
            }
        }
        return uris + words + texts + (tags ?? 0)
    }
}
