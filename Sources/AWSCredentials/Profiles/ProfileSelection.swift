/// Which profile is in use.
struct ProfileSelection {
    let name: String
    /// Whether somebody named it: then it has to exist.
    let isNamed: Bool

    init(environment: Variables) {
        let named = environment.value(of: "AWS_PROFILE")
        name = named ?? "default"
        isNamed = named != nil
    }
}
