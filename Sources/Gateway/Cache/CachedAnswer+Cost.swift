import Caching
import HTTPExchange
import Synchronization
import Transcribe

// What the cache accounts for a job: the sizes of the blocks that the allocator gives, as HeapSize computes them.

extension CachedJob {
    /// Bytes on the heap, everything that only this job holds included; more once another representation was made.
    var cost: Int {
        HeapSize.block(Self.instanceSize) + job.heapCost + rendering.body.cost + extras.withLock { $0.cost }
    }

    /// A header of 16 bytes and the stored properties.
    private static var instanceSize: Int {
        16 + MemoryLayout<Job>.size + MemoryLayout<JobRendering>.size + MemoryLayout<JobFields>.size
            + MemoryLayout<Mutex<Extras>>.stride + MemoryLayout<UInt64>.size
    }
}

extension Problem {
    /// Bytes on the heap beside the value itself. The other texts are the program's own.
    var heapCost: Int { HeapSize.string(utf8Count: awsRequestID?.utf8.count ?? 0) }
}

extension CachedJob.Extras {
    fileprivate var cost: Int {
        HeapSize.array(ofBytes: selections.capacity * MemoryLayout<(JobFields, JobRendering)>.stride)
            + selections.reduce(page?.cost ?? 0) { $0 + $1.rendering.body.cost }
    }
}

extension Body {
    /// Bytes on the heap.
    var cost: Int { HeapSize.block(16 + MemoryLayout<[UInt8]>.stride) + HeapSize.array(ofBytes: bytes.capacity) }
}

extension Job {
    /// Bytes on the heap beside the value itself. The name is not counted: it is that of the cache's key.
    fileprivate var heapCost: Int {
        let texts = [
            status?.rawValue, transcriptURI, failureReason, languageCode?.rawValue, mediaFormat?.rawValue, mediaURI,
            redactedMediaURI, settings?.vocabularyName, specialty?.rawValue, type?.rawValue,
            contentIdentificationType?.rawValue,
        ]
        let tagged = (tags ?? []).flatMap { [$0.key, $0.value] }
        return HeapSize.array(ofBytes: (tags?.capacity ?? 0) * MemoryLayout<Job.Tag>.stride)
            + (texts.compactMap { $0 } + tagged).reduce(0) { $0 + HeapSize.string(utf8Count: $1.utf8.count) }
    }
}
