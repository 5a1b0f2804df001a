/// A row of the catalogue: all that is known of a key before any value.
struct Setting: Equatable, Sendable {
    let key: String
    /// As text, in the form a user would write it.
    let defaultText: String
    /// One line of Markdown.
    let meaning: String
    /// Words that end the sentence "… must be …".
    let allowed: String
    let isSecret: Bool
    let isList: Bool

    /// `GATEWAY_` and the key in capitals, where dots and camel humps become `_`.
    var environmentName: String {
        let words = key.map { $0.isUppercase ? "_\($0)" : $0 == "." ? "_" : $0.uppercased() }
        return "GATEWAY_" + words.joined()
    }
}
