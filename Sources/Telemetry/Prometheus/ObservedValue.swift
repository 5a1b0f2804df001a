/// A value that somebody else keeps and that is read when the page is rendered.
final class ObservedValue: Instrument {
    let id: SeriesID
    private let read: @Sendable () -> Double

    init(id: SeriesID, read: @escaping @Sendable () -> Double) {
        self.id = id
        self.read = read
    }

    func expose(in page: inout TextBuffer) {
        page.sample(id.family, labels: id.labels, read())
    }
}
