"""An Amazon Transcribe that behaves as the first word of the job's name says: `fine-1`, `slow-2`, `hang-3`..."""

import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

UNKNOWN = "The requested job couldn't be found. Check the job name and try your request again."
WORDS_OF_AWS = "arn:aws:iam::123456789012:role/secret-words"


class FakeTranscribe(ThreadingHTTPServer):
    """Serves on loopback from its creation until `close()`, a thread for each connection."""

    request_queue_size = 1024
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Conversation)
        self.calls = Counter()
        self.lock = threading.Lock()
        self.gate = threading.Event()
        self.closing = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]

    def close(self):
        self.closing.set()
        self.gate.set()
        self.shutdown()
        self.server_close()

    def note_call(self, name):
        with self.lock:
            self.calls[name] += 1

    def handle_error(self, *_):
        """A gateway that hangs up is no news."""


class Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        content = self.rfile.read(int(self.headers["Content-Length"]))
        name = json.loads(content)["MedicalTranscriptionJobName"]
        self.server.note_call(name)
        behaviour = name.split("-")[0].replace(".", "_")
        getattr(self, f"be_{behaviour}", self.be_fine)(name)

    def be_fine(self, name):
        self.say(200, {"MedicalTranscriptionJob": job(name)})

    def be_running(self, name):
        self.say(200, {"MedicalTranscriptionJob": job(name, TranscriptionJobStatus="IN_PROGRESS")})

    def be_slow(self, name):
        self.server.gate.wait(60)
        self.be_fine(name)

    def be_hang(self, _):
        self.server.closing.wait(60)
        self.close_connection = True

    def be_missing(self, _):
        self.fail(400, "BadRequestException", UNKNOWN)

    def be_500(self, _):
        self.fail(500, "InternalFailureException", WORDS_OF_AWS)

    def be_throttled(self, _):
        self.fail(400, "ThrottlingException", "Rate exceeded")

    def be_denied(self, _):
        self.fail(400, "AccessDeniedException", f"User: {WORDS_OF_AWS} is not authorized")

    def be_badrequest(self, _):
        self.fail(400, "BadRequestException", WORDS_OF_AWS)

    def be_html503(self, _):
        self.say(503, f"<html>{WORDS_OF_AWS}</html>", "text/html")

    def be_notjson(self, _):
        self.say(200, WORDS_OF_AWS)

    def be_wrong(self, name):
        self.say(200, {"MedicalTranscriptionJob": job(f"not-{name}")})

    def be_nojob(self, _):
        self.say(200, {})

    def be_redirect(self, _):
        self.say(307, "", Location=f"http://127.0.0.1:{self.server.port}/elsewhere")

    def be_huge(self, name):
        self.say(200, {"MedicalTranscriptionJob": job(name, FailureReason="x" * (10 << 20))})

    def be_truncated(self, name):
        self.say(200, {"MedicalTranscriptionJob": job(name)}, missing=20)
        self.close_connection = True

    def be_reset(self, _):
        self.close_connection = True

    def fail(self, status, code, message):
        self.say(status, {"__type": code, "Message": message})

    def say(self, status, content, content_type="application/x-amz-json-1.1", missing=0, **fields):
        content = (content if isinstance(content, str) else json.dumps(content)).encode()
        self.send_response(status)
        fields = {"Content-Type": content_type, "Content-Length": len(content), "x-amzn-RequestId": "fake-1"} | fields
        for name, value in fields.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(content[:len(content) - missing])

    def log_message(self, *_):
        """Keeps the test's output to what the test says."""


def job(name, **members):
    return {
        "MedicalTranscriptionJobName": name, "TranscriptionJobStatus": "COMPLETED", "CreationTime": 1795500524.671,
        "StartTime": 1795500525.188, "CompletionTime": 1795500535.376,
        "LanguageCode": "en-US", "Specialty": "PRIMARYCARE",
        "Transcript": {"TranscriptFileUri": f"https://s3.us-east-1.amazonaws.com/b/medical/{name}.json"},
    } | members
