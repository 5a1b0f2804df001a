/// What it comes to when the configuration is read again.
struct SettingsReload: Sendable {
    /// A key whose value is another one.
    struct Change: Equatable, Sendable {
        let key: String
        /// Texts as ``EffectiveSetting`` has them; nil for secrets.
        let old, new: String?
        let source: SettingSource
    }

    /// What is to be in force.
    let settings: Settings
    /// What takes effect.
    let changes: [Change]
    /// Keys with new values that take effect with the next start only. ``settings`` has their old ones.
    let postponed: [Change]
    /// Whether nothing is to be put in force: neither a value nor whether it is the default has changed.
    let isEmpty: Bool
}

extension Settings {
    /// What changes if these sources are read in place of those that the settings came from.
    ///
    /// - Throws: all problems, those of values included that take effect later. Nothing is to change then.
    func reloaded(from sources: SettingsSources) throws(ConfigurationError) -> SettingsReload {
        let wanted = try Settings.load(from: sources)
        let next = try Settings.load(from: sources) { setting in
            setting.change.needsRestart ? given[setting.key] : sources.text(of: setting)
        }
        let changes = self.changes(to: next) { !$0.needsRestart }
        return SettingsReload(
            settings: next, changes: changes, postponed: self.changes(to: wanted, where: \.needsRestart),
            isEmpty: changes.isEmpty && effective.map(\.source) == next.effective.map(\.source))
    }

    private func changes(
        to other: Settings, where concerns: (SettingChange) -> Bool
    ) -> [SettingsReload.Change] {
        zip(Settings.definitions, zip(effective, other.effective)).compactMap { setting, values in
            let (old, new) = values
            let key = setting.key
            let isSame = setting.isSecret ? given[key]?.text == other.given[key]?.text : old.text == new.text
            guard concerns(setting.change), !isSame else { return nil }
            return SettingsReload.Change(
                key: key, old: setting.isSecret ? nil : old.text, new: setting.isSecret ? nil : new.text,
                source: new.source)
        }
    }
}
