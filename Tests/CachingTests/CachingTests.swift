import Testing

/// One after another, because some of them measure the memory and the time that all share.
@Suite(.serialized) enum CachingTests {}
