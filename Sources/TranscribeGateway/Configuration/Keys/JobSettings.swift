import Gateway

/// What of a job may be seen.
struct JobSettings: Sendable {
    /// Outside this selection a field doesn't exist.
    let fields: Selection

    init(from reader: inout SettingsReader) {
        let names = JobField.allCases.map(\.rawValue)
        let kind = ValueKind.selection("some of \(names.joined(separator: ", "))", everything: "all") { name in
            names.contains(name) ? name : nil
        }
        fields = reader.value("jobs.fields", kind, default: "all", "fields of a job that anyone may see")
    }
}
