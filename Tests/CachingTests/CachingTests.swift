import Testing

/// The suites run one after another, because some measure the memory and the time of the whole process.
@Suite(.serialized) enum CachingTests {}
