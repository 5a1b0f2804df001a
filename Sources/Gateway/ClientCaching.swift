/// What clients may do with an answer in a cache of their own (RFC 9111 §5.2.2).
public enum ClientCaching: String, CaseIterable, Sendable {
    case revalidate
    case maxAge = "max-age"
    case noStore = "no-store"
}
