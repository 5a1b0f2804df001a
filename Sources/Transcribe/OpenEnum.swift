/// A value for which AWS documents a set of words that grows: one that nobody here knows yet passes through unchanged.
public protocol OpenEnum: RawRepresentable, Hashable, Sendable where RawValue == String {
    init(rawValue: String)
}
