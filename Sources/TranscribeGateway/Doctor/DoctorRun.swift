import AWSCredentials
import AWSEndpoints
import Curl
import Formats
import SigV4
import Transcribe

/// Does the steps of a look-up as `serve` would: credentials, endpoint, clock, identity, and one call for a job.
struct DoctorRun {
    let environment: AWSEnvironment
    let settings: UpstreamSettings
    let client: CurlClient
    /// Learns from the sources of the credentials.
    private let awsClock = AWSClock(wallTime: { .wallTime })
    /// Called with the findings of each step as soon as it is done. What it throws ends the run.
    let show: (DoctorReport.Section) throws -> Void

    /// - Parameter job: makes one signed call for the job of this name.
    /// - Throws: ``ProgramEnd`` 78 if the settings name no endpoint.
    func report(lookingUp job: JobName?) async throws -> DoctorReport {
        var report = DoctorReport()
        let chainReport = await chain.report(at: awsClock.now)
        if chainReport.credentials?.hasExpired(at: awsClock.now) == true, let endpoint {
            await awsClock.learn(from: endpoint, through: client)
        }
        try add(DoctorReport.Section(chainReport, at: awsClock.now), to: &report)
        let aws = try AWSSettings.loadWithProfile(from: environment)
        let clock = await clock(at: aws.transcribe)
        try add(DoctorReport.Section(aws, clock), to: &report)
        guard let credentials = chainReport.credentials, report.failures.isEmpty else { return report }
        let now = Timestamp.wallTime.adding(milliseconds: (try? clock.get())?.correction ?? 0)
        let sts = try? aws.endpoints.endpoint(of: .securityTokens)
        let identity = await identities.identity(of: credentials, at: now)
        let stsDecides = job == nil && aws.transcribe.setting == nil
        try add(DoctorReport.Section(identity, at: sts, decides: stsDecides), to: &report)
        if let job {
            let transcribe = client(at: aws.transcribe, with: credentials)
            try add(DoctorReport.Section(await response(for: job, from: transcribe)), to: &report)
            try add(DoctorReport.Section(list: await listError(of: transcribe)), to: &report)
        }
        return report
    }

    private func add(_ section: DoctorReport.Section, to report: inout DoctorReport) throws {
        report.add(section)
        try show(section)
    }

    /// Where Amazon Transcribe is; nil where the settings name no endpoint.
    private var endpoint: Endpoint? {
        guard let profile = try? ProfileSettings(environment: environment.variables, files: FileReader())
        else { return nil }
        let settings = EndpointSettings(environment: environment.variables, profile: profile.endpoints)
        return try? settings.endpoint(of: .transcribe)
    }

    private var chain: CredentialsChain {
        CredentialsChain(
            environment: environment.variables, files: FileReader(), transport: client, clock: awsClock)
    }

    private var identities: CallerIdentityService {
        CallerIdentityService(
            environment: environment.variables, files: FileReader(), transport: client, clock: awsClock)
    }

    /// Compares the clocks by an unsigned request. AWS refuses it, and its response has a date.
    private func clock(at endpoint: Endpoint) async -> Result<ClockComparison?, CurlError> {
        let sent = Timestamp.wallTime
        do throws(CurlError) {
            let request = CurlRequest(method: "HEAD", url: endpoint.url + "/")
            let response = try await client.perform(request, deadline: .now + settings.timeout)
            return .success(ClockComparison(date: response.headers["Date"], sent: sent, received: .wallTime))
        } catch {
            return .failure(error)
        }
    }

    private func client(at endpoint: Endpoint, with credentials: Credentials) -> TranscribeClient {
        TranscribeClient(
            endpoint: endpoint, transport: client,
            credentials: StaticCredentialsSource(credentials: credentials),
            policy: settings.retryPolicy)
    }

    /// What keeps the list of running jobs from being read; nil if nothing does. No name on it is looked at.
    private func listError(of transcribe: TranscribeClient) async -> TranscribeError? {
        do throws(TranscribeError) {
            _ = try await transcribe.runningJobs(
                after: nil, isWanted: { _ in false }, deadline: .now + settings.timeout, mayRetry: { true },
                attemptBegan: {}, attemptFailed: { _ in }, admitRetry: { true })
            return nil
        } catch {
            return error
        }
    }

    private func response(
        for job: JobName, from transcribe: TranscribeClient
    ) async -> Result<JobResponse, TranscribeError> {
        do throws(TranscribeError) {
            return .success(try await transcribe.job(named: job, deadline: .now + settings.timeout))
        } catch {
            return .failure(error)
        }
    }
}

/// Always the credentials that were found, so that the outcome of the call is about these.
private struct StaticCredentialsSource: CredentialsSource {
    let credentials: Credentials

    func current(by deadline: ContinuousClock.Instant) async throws(CredentialsUnavailable) -> Credentials {
        credentials
    }

    func replacement(
        for rejected: Credentials, by deadline: ContinuousClock.Instant
    ) async throws(CredentialsUnavailable) -> Credentials { credentials }
}
