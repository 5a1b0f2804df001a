import AWSCredentials
import AWSEndpoints
import Curl
import Formats
import SigV4
import Transcribe

/// Walks the way to AWS step by step, as `serve` would, and tells each step as soon as it is done.
struct DoctorRun {
    let environment: [String: String]
    let settings: UpstreamSettings
    let client: CurlClient
    let tell: (DoctorReport.Section) -> Void

    /// - Parameter job: makes one signed call for the job of this name.
    /// - Throws: ``ExitCode`` 78 where the settings say no place to ask, after that was said on standard error.
    func report(lookingUp job: JobName?) async throws -> DoctorReport {
        var report = DoctorReport()
        let chainReport = await chain.report(at: .wallTime)
        tell(DoctorReport.Section(chainReport, at: .wallTime), in: &report)
        let aws = try AWSSettings.loadWithProfile(from: environment)
        let clock = await clock(at: aws.transcribe)
        tell(DoctorReport.Section(aws, clock), in: &report)
        guard let credentials = chainReport.credentials, report.failures.isEmpty else { return report }
        let now = Timestamp.wallTime.adding(milliseconds: (try? clock.get())?.correction ?? 0)
        let sts = try? aws.endpoints.endpoint(of: .securityTokens)
        let identity = await identities.identity(of: credentials, at: now)
        tell(DoctorReport.Section(identity, at: sts, decides: job == nil && aws.transcribe.setting == nil), in: &report)
        if let job {
            tell(DoctorReport.Section(await answer(for: job, at: aws.transcribe, with: credentials)), in: &report)
        }
        return report
    }

    private func tell(_ section: DoctorReport.Section, in report: inout DoctorReport) {
        report.add(section)
        tell(section)
    }

    private var chain: CredentialsChain {
        CredentialsChain(environment: environment, files: FileReader(), transport: client)
    }

    private var identities: CallerIdentityService {
        CallerIdentityService(environment: environment, files: FileReader(), transport: client)
    }

    /// By an unsigned request, which AWS refuses with a date.
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

    private func answer(
        for job: JobName, at endpoint: Endpoint, with credentials: Credentials
    ) async -> Result<JobResponse, TranscribeError> {
        let transcribe = TranscribeClient(
            endpoint: endpoint, transport: client,
            credentials: StaticCredentialsSource(credentials: credentials),
            policy: settings.retryPolicy)
        do throws(TranscribeError) {
            return .success(try await transcribe.job(named: job, deadline: .now + settings.timeout))
        } catch {
            return .failure(error)
        }
    }
}

/// The set that was found, and no other: what AWS says of it is what is wanted.
private struct StaticCredentialsSource: CredentialsSource {
    let credentials: Credentials

    func current(by deadline: ContinuousClock.Instant) async throws(CredentialsUnavailable) -> Credentials {
        credentials
    }

    func replacement(
        for rejected: Credentials, by deadline: ContinuousClock.Instant
    ) async throws(CredentialsUnavailable) -> Credentials { credentials }
}
