import Testing
import Tracing

@testable import TranscribeGateway

@Suite struct TracingSettingsTests {
    private func settings(_ variables: [String: String]) throws -> TracingSettings {
        try TracingSettings.load(from: variables)
    }

    private func problems(_ variables: [String: String]) -> String {
        do {
            _ = try settings(variables)
            return ""
        } catch {
            return "\(error)"
        }
    }

    private static let endpoint = ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"]

    @Test(arguments: [
        [:], ["OTEL_SERVICE_NAME": "a"], ["OTEL_EXPORTER_OTLP_ENDPOINT": ""], ["OTEL_EXPORTER_OTLP_ENDPOINT": " "],
        endpoint.merging(["OTEL_SDK_DISABLED": "TRUE"]) { $1 },
        endpoint.merging(["OTEL_TRACES_EXPORTER": "none"]) { $1 },
        // What is not used may be for other programs.
        endpoint.merging(["OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"]) { $1 },
        ["OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/protobuf"],
        ["OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"],
    ])
    func tracesNothingWithoutAnEndpoint(variables: [String: String]) throws {
        #expect(try settings(variables).export == nil)
    }

    @Test(arguments: [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318", "http://collector:4318/v1/traces"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://Collector/", "https://collector/v1/traces"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector/otlp", "http://collector/otlp/v1/traces"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector/otlp/", "http://collector/otlp/v1/traces"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://[::1]:4318/custom/", "http://[::1]:4318/custom/"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:4318", "http://127.0.0.1:4318"),
    ])
    func findsTheCollector(name: String, value: String, url: String) throws {
        let options = try #require(try settings(Self.endpoint.merging([name: value]) { $1 }).export).options
        #expect(options.url == url)
        #expect(options.isLocal == (url.contains("::1") || url.contains("127.0.0.1")))
    }

    @Test func theVariableForTracesComesFirst() throws {
        let export = try #require(
            try settings([
                "OTEL_EXPORTER_OTLP_ENDPOINT": "http://a", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://b/c",
                "OTEL_EXPORTER_OTLP_TIMEOUT": "1000", "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT": "200",
                "OTEL_EXPORTER_OTLP_HEADERS": "a=1", "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "b=2",
                "OTEL_EXPORTER_OTLP_CERTIFICATE": "/a", "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE": "/b",
            ]).export)
        #expect(export.options.url == "http://b/c" && export.options.timeout == .milliseconds(200))
        #expect(export.options.headers.map { "\($0)\($1)" } == ["b2"] && export.authorities == "/b")
    }

    @Test func hasOpenTelemetrysDefaults() throws {
        let export = try #require(try settings(Self.endpoint).export)
        #expect(export.options.timeout == .seconds(10) && export.options.delay == .seconds(5))
        #expect(export.queue == (2_048, 512) && export.options.headers.isEmpty && export.authorities == nil)
        #expect(
            export.options.resource.filter { $0.name.hasPrefix("service") } == [
                SpanAttribute("service.name", "transcribe-gateway"), SpanAttribute("service.version", Identity.version),
            ])
    }

    @Test(
        arguments: [
            (nil, "service.name=a", "a"), ("b", "service.name=a", "b"), ("b", nil, "b"),
            (nil, nil, "transcribe-gateway"),
        ] as [(String?, String?, String)])
    func theServiceIsNamedByTheStrongerVariable(name: String?, attributes: String?, expected: String) throws {
        var variables = Self.endpoint
        variables["OTEL_SERVICE_NAME"] = name
        variables["OTEL_RESOURCE_ATTRIBUTES"] = attributes
        let resource = try #require(try settings(variables).export).options.resource
        #expect(resource.filter { $0.name == "service.name" } == [SpanAttribute("service.name", expected)])
    }

    @Test func decodesAttributesAndHeaders() throws {
        var variables = Self.endpoint
        variables["OTEL_RESOURCE_ATTRIBUTES"] = " deployment.environment.name = a%2Cb%3Dc%20%C3%A4 ,k8s.pod.name=p=q,"
        variables["OTEL_EXPORTER_OTLP_HEADERS"] = "Authorization=Bearer%20a=b , x-tenant=1"
        let options = try #require(try settings(variables).export).options
        #expect(
            options.resource.suffix(2) == [
                SpanAttribute("deployment.environment.name", "a,b=c \u{E4}"), SpanAttribute("k8s.pod.name", "p=q"),
            ])
        #expect(options.headers.map { "\($0): \($1)" } == ["Authorization: Bearer a=b", "x-tenant: 1"])
    }

    @Test(arguments: [
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"), ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "HTTP/JSON"), ("OTEL_TRACES_EXPORTER", "console"),
        ("OTEL_TRACES_EXPORTER", "otlp,none"), ("OTEL_SDK_DISABLED", "yes"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "grpc://collector"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a/?b"), ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://user:pw@a/"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "10s"), ("OTEL_EXPORTER_OTLP_TIMEOUT", "0"),
        ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "-1"), ("OTEL_RESOURCE_ATTRIBUTES", "a"),
        ("OTEL_RESOURCE_ATTRIBUTES", "a=%G0"), ("OTEL_RESOURCE_ATTRIBUTES", "a=%FF"),
        ("OTEL_RESOURCE_ATTRIBUTES", "a=1,a=2"), ("OTEL_RESOURCE_ATTRIBUTES", "=1"),
        ("OTEL_TRACES_SAMPLER", "jaeger_remote"), ("OTEL_TRACES_SAMPLER", "ALWAYS_ON"),
        ("OTEL_TRACES_SAMPLER_ARG", "1.1"), ("OTEL_TRACES_SAMPLER_ARG", "nan"), ("OTEL_TRACES_SAMPLER_ARG", "-0.1"),
        ("OTEL_TRACES_SAMPLER_ARG", "0x1p-1"), ("OTEL_TRACES_SAMPLER_ARG", "."),
        ("OTEL_BSP_SCHEDULE_DELAY", "0"), ("OTEL_BSP_MAX_QUEUE_SIZE", "0"), ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "many"),
        ("OTEL_SERVICE_NAME", "a\u{7}b"),
    ])
    func refusesByName(name: String, value: String) {
        let words = problems(Self.endpoint.merging([name: value]) { $1 })
        #expect(words.hasPrefix("\(name) is ") && words.contains("must be "), "\(words)")
        #expect(!words.contains("pw@") && !words.contains("\n"))
    }

    @Test(arguments: [
        "secret", "a=%0D%0Ax: secret", "content-length=secret", "a b=secret", "Host=secret", "=secret", "a=%secret",
    ])
    func refusesHeadersWithoutShowingThem(value: String) {
        for name in ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"] {
            let words = problems([name: value])
            #expect(words.hasPrefix("\(name) has a value (secret, not shown here)") && !words.contains("x: "))
        }
    }

    @Test(
        arguments: [
            ("http://collector:4318", "a=1", true), ("https://collector:4318", "a=1", false),
            ("http://127.0.0.1:4318", "a=1", false), ("http://collector:4318", nil, false),
        ] as [(String, String?, Bool)])
    func warnsOfSecretsWithoutTLS(endpoint: String, headers: String?, warns: Bool) throws {
        var variables = ["OTEL_EXPORTER_OTLP_ENDPOINT": endpoint]
        variables["OTEL_EXPORTER_OTLP_HEADERS"] = headers
        let warning = try settings(variables).warning
        #expect((warning != nil) == warns && warning?.contains("a=1") != true)
    }

    @Test func aBatchFitsTheQueue() {
        let words = problems(["OTEL_BSP_MAX_QUEUE_SIZE": "100"])
        #expect(words.contains("OTEL_BSP_MAX_EXPORT_BATCH_SIZE is \"512\", but must be no more than"))
        #expect(problems(["OTEL_BSP_MAX_QUEUE_SIZE": "100", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "100"]).isEmpty)
    }

    @Test func tellsEveryMistake() {
        let words = problems(["OTEL_TRACES_SAMPLER": "x", "OTEL_SDK_DISABLED": "x", "OTEL_BSP_SCHEDULE_DELAY": "x"])
        #expect(words.split(separator: "\n").count == 3)
    }

    @Test func showsWhatIsInForceWithoutSecrets() throws {
        let settings = try settings(
            Self.endpoint.merging([
                "OTEL_EXPORTER_OTLP_HEADERS": "authorization=secret", "OTEL_METRICS_EXPORTER": "otlp",
                "OTEL_PROPAGATORS": "", "OTEL_TRACES_SAMPLER_ARG": "0.5",
            ]) { $1 })
        let rows = settings.effective.filter { $0.source != .standard }.map { "\($0.key)=\($0.text)" }
        #expect(
            Set(rows) == [
                "OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318", "OTEL_EXPORTER_OTLP_HEADERS=(secret)",
                "OTEL_METRICS_EXPORTER=(ignored)", "OTEL_TRACES_SAMPLER_ARG=0.5",
            ])
        #expect(settings.ignored == ["OTEL_METRICS_EXPORTER"])
        #expect(!"\(settings.effective)".contains("authorization"))
    }
}
