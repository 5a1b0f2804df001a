"""An Amazon Transcribe whose behaviour is the first word of the job's name: `fine-1`, `slow-2`, `hang-3`..."""

import json
import re
import threading
import time
from collections import Counter
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aws_error_texts import JOB_NOT_FOUND_TEXT, AWS_ERROR_TEXT, job
from broken_answers import BrokenAnswers

CLOCK_TOLERANCE = 300
LIST_MEMBERS = {"Status", "MaxResults", "NextToken", "JobNameContains"}
STATUSES = {None, "QUEUED", "IN_PROGRESS", "FAILED", "COMPLETED"}


class FakeTranscribe(ThreadingHTTPServer):
    """Serves on loopback from its creation until `close()`, a thread for each connection.

    These may be changed at any time: `behaviour`, how it behaves to every name (None: by the name); `clock_offset`, by
    how many seconds its clock is ahead; `keys`, the access keys it knows (None: any); `tls`, the context for new
    connections (None: plain); `is_silent`, whether it accepts connections and sends nothing; `silent_before`, a time
    of the monotonic clock: connections that are older receive nothing; `listed`, the summaries of the jobs that the list
    shows, in any order; `list_behaviour`, how it behaves to one that asks for the list (None: it sends it); `members`,
    what jobs have beside the usual, by name; `region`, the only one that has jobs (None: whichever is asked).
    """

    request_queue_size = 1024
    daemon_threads = True

    def __init__(self, tls=None, port=0):
        super().__init__(("127.0.0.1", port), Conversation)
        self.tls, self.is_silent, self.silent_before = tls, False, 0
        self.calls = Counter()
        self.times = []
        self.lock = threading.Lock()
        self.gate = threading.Event()
        self.closing = threading.Event()
        self.hung_up = threading.Event()
        self.behaviour, self.clock_offset, self.keys = None, 0, None
        self.listed, self.list_behaviour, self.lists = [], None, 0
        self.members, self.region = {}, None
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]

    def close(self):
        self.closing.set()
        self.gate.set()
        self.shutdown()
        self.server_close()

    def answer_normally(self):
        """Every job is fine from now on, whatever its name."""
        self.behaviour, self.clock_offset, self.keys, self.is_silent, self.silent_before = "fine", 0, None, False, 0

    def count_call(self, name):
        """Counts the call and gives its number for this name."""
        with self.lock:
            self.calls[name] += 1
            self.times.append(time.monotonic())
            return self.calls[name]

    def count_list(self):
        with self.lock:
            self.lists += 1

    def page(self, status, size, token):
        """The jobs of a page, the newest first, and the token of the next one; None for a token of no list."""
        jobs = sorted(self.listed, key=lambda job: -job["CreationTime"])
        jobs = [job for job in jobs if status in (None, job["TranscriptionJobStatus"])]
        if token is not None and not re.fullmatch("from/[0-9]+", token):
            return None
        start = int(token.split("/")[1]) if token else 0
        following = f"from/{start + size}" if start + size < len(jobs) else None
        return jobs[start:start + size], following

    def most_calls_within(self, seconds=1.0):
        """The largest number of calls that came within any span of this length."""
        with self.lock:
            times = sorted(self.times)
        first = most = 0
        for last, at in enumerate(times):
            while at - times[first] >= seconds:
                first += 1
            most = max(most, last - first + 1)
        return most

    def finish_request(self, request, client_address):
        if self.is_silent:
            return self.closing.wait(60)
        if self.tls is None:
            return super().finish_request(request, client_address)
        with self.tls.wrap_socket(request, server_side=True) as secure:
            super().finish_request(secure, client_address)

    def handle_error(self, *_):
        """Prints nothing when the gateway closes its connection."""


class Conversation(BrokenAnswers, BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        self.opened = time.monotonic()

    def do_POST(self):
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        operation = OPERATIONS.get(self.headers["X-Amz-Target"])
        if operation is None:
            return self.fail(404, "UnknownOperationException", "")
        operation(self, content)

    def get_job(self, content):
        name = content["MedicalTranscriptionJobName"]
        self.number = self.server.count_call(name)
        if self.server.is_silent or self.opened < self.server.silent_before:
            return self.be_hang(name)
        if not self.accepts_signature():
            return
        if self.server.region not in (None, self.signed_region):
            return self.be_missing(name)
        behaviour = self.server.behaviour or name.split("-")[0].replace(".", "_")
        getattr(self, f"be_{behaviour}", self.be_fine)(name)

    def list_jobs(self, content):
        self.server.count_list()
        if self.server.is_silent or self.opened < self.server.silent_before:
            return self.be_hang("list")
        if not self.accepts_signature():
            return
        if self.server.list_behaviour is not None:
            return getattr(self, f"be_{self.server.list_behaviour}")("list")
        status, size = content.get("Status"), content.get("MaxResults", 100)
        if set(content) - LIST_MEMBERS or status not in STATUSES or size not in range(1, 101):
            return self.fail(400, "BadRequestException", "1 validation error detected")
        page = self.server.page(status, size, content.get("NextToken"))
        if page is None:
            return self.fail(400, "BadRequestException", "The NextToken is invalid.")
        jobs, following = page
        answer = {"MedicalTranscriptionJobSummaries": jobs}
        answer |= {"Status": status} if status else {}
        self.say(200, answer | ({"NextToken": following} if following else {}))

    def accepts_signature(self):
        """Checks the time and the key, as AWS does first; the tests with moto check the signature itself."""
        key = re.search("Credential=([^/]+)/", self.headers["Authorization"])[1]
        if self.server.keys is not None and key not in self.server.keys:
            self.fail(400, "UnrecognizedClientException", "The security token included in the request is invalid.")
            return False
        signed = datetime.strptime(self.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
        if abs(signed.timestamp() - self.now()) > CLOCK_TOLERANCE:
            self.fail(400, "InvalidSignatureException", "Signature expired: it is now earlier than it was.")
            return False
        return True

    @property
    def signed_region(self):
        return re.search("Credential=[^/]+/[0-9]+/([^/]+)/", self.headers["Authorization"])[1]

    def now(self):
        return time.time() + self.server.clock_offset

    def date_time_string(self, timestamp=None):
        return super().date_time_string(self.now() if timestamp is None else timestamp)

    def be_fine(self, name):
        self.say(200, {"MedicalTranscriptionJob": job(name, **self.server.members.get(name, {}))})

    def be_running(self, name):
        self.say(200, {"MedicalTranscriptionJob": job(name, TranscriptionJobStatus="IN_PROGRESS")})

    def be_large(self, name):
        self.say(200, {"MedicalTranscriptionJob": job(name, FailureReason="x" * (100 << 10))})

    def be_late(self, name):
        """`late-300-1` takes 300 ms."""
        self.server.closing.wait(int(name.split("-")[1]) / 1000)
        self.be_fine(name)

    def be_flaky(self, name):
        """`flaky-2-1` fails twice."""
        self.be_500(name) if self.number <= int(name.split("-")[1]) else self.be_fine(name)

    def be_slow(self, name):
        self.server.gate.wait(60)
        self.be_fine(name)

    def be_missing(self, _):
        self.fail(400, "BadRequestException", JOB_NOT_FOUND_TEXT)

    def be_500(self, _):
        self.fail(500, "InternalFailureException", AWS_ERROR_TEXT)

    def be_throttled(self, _):
        self.fail(400, "ThrottlingException", "Rate exceeded")

    def be_throttled429(self, _):
        self.fail(429, "ThrottlingException", "Rate exceeded")

    def be_limit400(self, _):
        self.fail(400, "LimitExceededException", "Rate exceeded")

    def be_limit429(self, _):
        self.fail(429, "LimitExceededException", "Rate exceeded")

    def be_bare429(self, _):
        self.say(429, "")

    def be_503(self, _):
        self.fail(503, "ServiceUnavailableException", AWS_ERROR_TEXT)

    def be_bare500(self, _):
        self.say(500, "")

    def be_notfound(self, _):
        self.fail(404, "NotFoundException", JOB_NOT_FOUND_TEXT)

    def be_expired400(self, _):
        self.fail(400, "ExpiredTokenException", AWS_ERROR_TEXT)

    def be_expired403(self, _):
        self.fail(403, "ExpiredToken", AWS_ERROR_TEXT)

    def be_unknownkey(self, _):
        self.fail(400, "UnrecognizedClientException", AWS_ERROR_TEXT)

    def be_denied403(self, _):
        self.fail(403, "AccessDeniedException", f"User: {AWS_ERROR_TEXT} is not authorized")

    def be_denied(self, _):
        self.fail(400, "AccessDeniedException", f"User: {AWS_ERROR_TEXT} is not authorized")

    def be_badrequest(self, _):
        self.fail(400, "BadRequestException", AWS_ERROR_TEXT)

    def fail(self, status, code, message):
        self.say(status, {"__type": code, "Message": message})

    def say(self, status, content, content_type="application/x-amz-json-1.1", missing=0, **fields):
        content = content if isinstance(content, (str, bytes)) else json.dumps(content)
        content = content if isinstance(content, bytes) else content.encode()
        self.send_response(status)
        fields = {"Content-Type": content_type, "Content-Length": len(content), "x-amzn-RequestId": "fake-1"} | fields
        for name, value in fields.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(content[:len(content) - missing])

    def log_message(self, *_):
        """Keeps the server's log out of the test's output."""


OPERATIONS = {
    "Transcribe.GetMedicalTranscriptionJob": Conversation.get_job,
    "Transcribe.ListMedicalTranscriptionJobs": Conversation.list_jobs,
}
