import AWSEndpoints
import Formats
import FoundationEssentials
import Tracing

/// Which spans are recorded and where they go: OpenTelemetry's own variables ("Environment Variable Specification", "OTLP
/// exporter configuration"). Without an endpoint there is no tracing.
struct TracingSettings: Sendable {
    /// What is traced and exported.
    struct Export: Sendable {
        let sampler: Sampler
        let queue: (limit: Int, batch: Int)
        let options: ExportOptions
        /// A file of the authorities to trust; nil: those that calls to AWS trust.
        let authorities: String?
    }

    /// Nil where nothing is traced.
    let export: Export?
    /// What is in force for every variable, and the variables that are set and mean nothing to the gateway.
    let effective: [EffectiveSetting]
    /// The names of those, in alphabetical order.
    let ignored: [String]
}

extension TracingSettings {
    /// Loads the settings of this process.
    ///
    /// - Throws: ``ProgramEnd`` 78 with all mistakes.
    init(_ environment: [String: String]) throws {
        self = try exitingOnProblems { () throws(ConfigurationError) in try .load(from: environment) }
    }

    /// Reads and checks the variables; an empty or blank one counts as unset.
    ///
    /// - Throws: all problems at once.
    static func load(from environment: [String: String]) throws(ConfigurationError) -> TracingSettings {
        let given = environment.filter {
            $0.key.utf8.starts(with: "OTEL_".utf8) && !$0.value.trimmingWhitespace.isEmpty
        }
        var reader = SettingsReader { setting in
            given[setting.key].map { (String($0.trimmingWhitespace), .environment(setting.key)) }
        }
        let values = TracingValues(from: &reader)
        let problems = reader.problems.isEmpty ? values.conflicts : reader.problems
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        let known = Set(reader.definitions.map(\.key))
        let ignored = given.keys.filter { !known.contains($0) }.sorted()
        return TracingSettings(
            export: values.export,
            effective: reader.effective
                + ignored.map { EffectiveSetting(key: $0, text: "(ignored)", source: .environment($0)) },
            ignored: ignored)
    }

    /// A sentence for the log at start.
    var warning: String? {
        guard let options = export?.options, !options.headers.isEmpty, !options.isLocal,
            options.url.utf8.starts(with: "http://".utf8)
        else { return nil }
        return
            "the header fields of OTEL_EXPORTER_OTLP_HEADERS go to the collector without TLS; if one is a secret, use https"
    }

    /// Every variable that has a meaning here.
    static let definitions: [SettingDefinition] = {
        var reader = SettingsReader { _ in nil }
        _ = TracingValues(from: &reader)
        return reader.definitions
    }()
}

/// The values of the variables.
private struct TracingValues {
    private let collector: CollectorValues?
    private let delay, queue, batch: Int
    private let service: String?
    private let resource: [SpanAttribute]
    private let sampler: Sampler.Name
    private let ratio: Double

    init(from reader: inout SettingsReader) {
        collector = CollectorValues(from: &reader)
        service = reader.variable(
            "OTEL_SERVICE_NAME", .optional(.attributeText, as: ""), default: "",
            "`service.name` of the spans; without it `\(Identity.name)`, or what the next one says")
        resource = reader.variable(
            "OTEL_RESOURCE_ATTRIBUTES", .resource, default: "",
            "attributes of what sends the spans, `key=value` with commas between them, percent-encoded")
        sampler = reader.variable(
            "OTEL_TRACES_SAMPLER", .choice, default: "parentbased_always_on",
            "which traces are recorded; `parentbased_…` obeys the sampled flag of a `traceparent`")
        ratio = reader.variable(
            "OTEL_TRACES_SAMPLER_ARG", .ratio, default: "1", "the part of them, for `traceidratio` and its other form")
        delay = reader.variable(
            "OTEL_BSP_SCHEDULE_DELAY", .int(1...3_600_000), default: "5000",
            "milliseconds that a span waits for others at most")
        queue = reader.variable(
            "OTEL_BSP_MAX_QUEUE_SIZE", .int(1...1_000_000), default: "2048",
            "spans that may wait; further ones are dropped")
        batch = reader.variable(
            "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", .int(1...100_000), default: "512", "spans that are sent at once")
    }

    /// Two values of which each is allowed, but not beside the other.
    var conflicts: [ConfigurationProblem] {
        guard batch > queue else { return [] }
        return [
            .conflict(
                """
                OTEL_BSP_MAX_EXPORT_BATCH_SIZE is "\(batch)", but must be no more than OTEL_BSP_MAX_QUEUE_SIZE \
                ("\(queue)").
                """)
        ]
    }

    var export: TracingSettings.Export? {
        guard let collector else { return nil }
        let options = ExportOptions(
            url: collector.url.text, isLocal: collector.url.origin.isLoopback,
            headers: collector.headers.map { ($0.name, $0.value) }, timeout: .milliseconds(collector.timeout),
            delay: .milliseconds(delay), resource: completeResource, scope: (Identity.name, Identity.version))
        return TracingSettings.Export(
            sampler: Sampler(sampler, ratio: ratio), queue: (queue, batch), options: options,
            authorities: collector.certificate)
    }

    /// What is given, and what no variable says. OpenTelemetry's resource has these three of its library, which is ours.
    private var completeResource: [SpanAttribute] {
        var given = resource
        if let service {
            given.removeAll { $0.name.utf8.elementsEqual("service.name".utf8) }
            given.append(SpanAttribute("service.name", service))
        }
        let own = [
            SpanAttribute("service.name", Identity.name), SpanAttribute("service.version", Identity.version),
            SpanAttribute("telemetry.sdk.name", Identity.name), SpanAttribute("telemetry.sdk.language", "swift"),
            SpanAttribute("telemetry.sdk.version", Identity.version),
        ]
        return own.filter { attribute in !given.contains { $0.name == attribute.name } } + given
    }
}

/// The collector, if there is one. The variables for traces alone come before those for every signal.
private struct CollectorValues {
    let url: EndpointURL
    let headers: [HeaderField]
    let timeout: Int
    let certificate: String?

    /// Reads all variables, also where there is no collector.
    init?(from reader: inout SettingsReader) {
        let isDisabled = reader.variable("OTEL_SDK_DISABLED", .bool, default: "false", "whether nothing is traced")
        let exporter: ExporterName = reader.variable(
            "OTEL_TRACES_EXPORTER", .choice, default: "otlp", "`otlp`, or `none` to trace nothing")
        let isOff = isDisabled || exporter == .none
        let traces = reader.variable(
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", .optional(.url, as: ""), default: "",
            "the URL that spans are sent to, as it is; without it and the next one nothing is traced")
        let base = reader.variable(
            "OTEL_EXPORTER_OTLP_ENDPOINT", .optional(.url, as: ""), default: "",
            "the same without its end, `/v1/traces`")
        let isTraced = !isOff && (traces ?? base) != nil
        for name in ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"] {
            // Where nothing is traced another protocol is for other programs of the same environment.
            _ = reader.variable(
                name, .optional(isTraced ? .onlyProtocol : .anyProtocol, as: ""), default: "",
                "`http/json`, the only one that is spoken")
        }
        headers = Self.headers(from: &reader)
        (timeout, certificate) = Self.limits(from: &reader)
        guard !isOff, let url = traces ?? base?.appending("v1/traces") else { return nil }
        self.url = url
    }

    private static func headers(from reader: inout SettingsReader) -> [HeaderField] {
        let own = reader.variable(
            "OTEL_EXPORTER_OTLP_TRACES_HEADERS", .optional(.headers, as: ""), default: "",
            "further header fields of the requests, `name=value` with commas between them, percent-encoded")
        let common = reader.variable(
            "OTEL_EXPORTER_OTLP_HEADERS", .optional(.headers, as: ""), default: "", "the same for every signal")
        return own ?? common ?? []
    }

    private static func limits(from reader: inout SettingsReader) -> (timeout: Int, certificate: String?) {
        let timeout = reader.variable(
            "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", .optional(.int(1...600_000), as: ""), default: "",
            "milliseconds for one attempt to send spans")
        let commonTimeout = reader.variable(
            "OTEL_EXPORTER_OTLP_TIMEOUT", .int(1...600_000), default: "10000", "the same for every signal")
        let file = reader.variable(
            "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", .optional(.file, as: ""), default: "",
            "PEM file of the certificate authorities to trust in place of those for AWS")
        let commonFile = reader.variable(
            "OTEL_EXPORTER_OTLP_CERTIFICATE", .optional(.file, as: ""), default: "", "the same for every signal")
        return (timeout ?? commonTimeout, file ?? commonFile)
    }
}

/// What spans can be given to.
private enum ExporterName: String, CaseIterable, Sendable {
    case otlp
    case none
}

extension EndpointURL {
    /// The URL with a path below its own.
    fileprivate func appending(_ path: String) -> EndpointURL? {
        EndpointURL(text + (text.utf8.last == UInt8(ascii: "/") ? "" : "/") + path)
    }
}
