"""What an upstream can do to a look-up, and what becomes of it: one row for each fault."""

from dataclasses import dataclass, field

# What a busy machine may add to a time, in seconds. What must not happen takes longer than that.
MARGIN = 2.0
# How long after a fault has ended everything is as before.
RECOVERED = 5
ASKED_ONCE, RETRIED = (1, 1), (3, 3)
# libcurl repeats a request by itself if the connection, used before, ends without a byte of an answer.
REPEATED = (3, 4)


@dataclass(frozen=True)
class Row:
    """`job` is the name that is asked for; its first word is how the upstream behaves to it.

    `calls` bounds the calls that one look-up may cost, `within` the seconds until its answer. `upstream` is set on the
    upstream while the fault lasts, `settings` are the gateway's.
    """

    fault: str
    job: str
    status: int
    problem: str | None = None
    calls: tuple[int, int] = ASKED_ONCE
    within: float = MARGIN
    settings: dict = field(default_factory=dict)
    upstream: dict = field(default_factory=dict)


def fails(fault, job, calls=ASKED_ONCE, problem="upstream-failed", **more):
    return Row(fault, job, 502, problem, calls, **more)


def throttles(fault, job, **more):
    """At most a second and two of waiting between the attempts."""
    return Row(fault, job, 503, "upstream-throttled", (1, 3), 3 + MARGIN, **more)


def hangs(fault, job, **more):
    brief = {"upstream.timeout": "600ms", "upstream.connectTimeout": "300ms"}
    return Row(fault, job, 504, "upstream-timeout", (1, 3), 0.6 * 1.1 + MARGIN, settings=brief, **more)


ROWS = [
    # Time
    Row("no latency", "late-0-1", 200),
    Row("latency of 300 ms", "late-300-1", 200, within=0.3 + MARGIN),
    Row("latency of 2 s", "late-2000-1", 200, within=2 + MARGIN),
    Row("latency of 10 s", "late-10000-1", 504, "upstream-timeout", RETRIED, within=5 * 1.1 + MARGIN),
    hangs("silence after the request", "hang-1"),
    hangs("silence after the head", "stall-1"),
    hangs("silence on every connection", "fine-1", upstream={"is_silent": True}),
    # The connection
    fails("closed instead of an answer", "reset-1", REPEATED),
    fails("reset before the head", "resetbefore-1", REPEATED),
    fails("reset within the head", "resetwithin-1", RETRIED),
    fails("reset after the head", "resetafter-1", RETRIED),
    fails("content cut short of its length", "truncated-1", RETRIED),
    fails("cut within a chunk", "chunkcut-1", RETRIED),
    Row("closes idle connections", "once-1", 200, upstream={"behaviour": "once"}),
    Row("resets a connection that is used again", "stale-1", 200, calls=(1, 2), upstream={"behaviour": "stale"}),
    # The content
    fails("malformed JSON", "notjson-1"),
    fails("JSON cut short", "halfjson-1"),
    fails("no content", "empty-1"),
    fails("HTML with 200", "html200-1"),
    fails("HTML with 503", "html503-1", RETRIED),
    fails("HTML with 403", "html403-1"),
    fails("XML of a proxy with 403", "proxyxml-1"),
    fails("XML of AWS's with 403", "xml403-1", problem="access-denied"),
    fails("a wrong signature in XML with 403", "xmlsignature-1", problem="credentials"),
    fails("JSON of another shape", "shape-1"),
    fails("members of other types", "types-1"),
    Row("unknown members", "extra-1", 200),
    fails("JSON that is deep", "deep-1"),
    fails("an unknown member that is deep", "deepextra-1"),
    fails("200 without a job", "nojob-1"),
    fails("200 with another job", "wrong-1"),
    fails("2 MiB of content", "mebibytes-2-1"),
    fails("10 MiB of content", "huge-1"),
    fails("chunks without an end", "endless-1"),
    fails("a head without an end", "endlesshead-1"),
    fails("content that is a gzip bomb", "gzip-1"),
    fails("a redirect", "redirect-1"),
    Row("response splitting in a job", "splitting-1", 200),
    fails("response splitting in an error", "splittingerror-1"),
    # AWS's errors
    fails("500 InternalFailure", "500-1", RETRIED),
    fails("500 without content", "bare500-1", RETRIED),
    fails("503 ServiceUnavailable", "503-1", RETRIED),
    Row("500 twice, then fine", "flaky-2-1", 200, calls=RETRIED),
    fails("500 three times, then fine", "flaky-3-1", RETRIED),
    Row("NotFoundException", "notfound-1", 404, "job-not-found"),
    Row("BadRequestException for an unknown job", "missing-1", 404, "job-not-found"),
    fails("BadRequestException for anything else", "badrequest-1"),
    throttles("ThrottlingException as 400", "throttled-1"),
    throttles("ThrottlingException as 429", "throttled429-1"),
    throttles("LimitExceededException as 400", "limit400-1"),
    throttles("LimitExceededException as 429", "limit429-1"),
    throttles("429 without content", "bare429-1"),
    fails("AccessDeniedException as 400", "denied-1", problem="access-denied"),
    fails("AccessDeniedException as 403", "denied403-1", problem="access-denied"),
    fails("ExpiredTokenException as 400", "expired400-1", problem="credentials"),
    fails("ExpiredToken as 403", "expired403-1", problem="credentials"),
    fails("UnrecognizedClientException", "unknownkey-1", problem="credentials"),
    # The clock: one more call, and the next look-up needs none
    Row("AWS's clock is 10 minutes ahead", "fine-1", 200, calls=(2, 2), upstream={"clock_offset": 600}),
    Row("AWS's clock is 10 minutes behind", "fine-1", 200, calls=(2, 2), upstream={"clock_offset": -600}),
]
