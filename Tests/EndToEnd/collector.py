"""A collector of traces. It reads each batch with the official descriptions of OTLP, strictly."""

import base64
import json
import re
import threading
import time
from collections import namedtuple
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

IDENTIFIERS = {"traceId": 32, "spanId": 16, "parentSpanId": 16}

Batch = namedtuple("Batch", "at path fields content document")


class Collector(ThreadingHTTPServer):
    """Serves on loopback from its creation until `close()`.

    `answers` are given one after another, the last one again and again: a status, or a status with fields. `delay` is how
    many seconds each takes.
    """

    daemon_threads = True

    def __init__(self, port=0):
        super().__init__(("127.0.0.1", port), Conversation)
        self.answers, self.delay = [200], 0
        self.batches, self.faults = [], []
        self.lock, self.closing = threading.Lock(), threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def spans(self):
        """All spans so far, in the order in which they ended. Each has its attributes as a dictionary, `texts`."""
        assert not self.faults, self.faults
        return [span for batch in list(self.batches) for resource in batch.document.resource_spans
                for scope in resource.scope_spans for span in scope.spans]

    def close(self):
        self.closing.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, *_):
        """Prints nothing when the gateway closes its connection."""

    def next_answer(self):
        with self.lock:
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer if isinstance(answer, tuple) else (answer, {})


class Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        content = self.rfile.read(int(self.headers["Content-Length"]))
        status, fields = self.server.next_answer()
        batch = Batch(time.monotonic(), self.path, dict(self.headers), content, None)
        try:
            assert self.headers["Content-Type"] == "application/json"
            document = json.loads(content)
            batch = batch._replace(document=json_format.ParseDict(converted(document), ExportTraceServiceRequest()))
        except Exception as fault:  # It is told where the spans are read.
            self.server.faults.append(repr(fault))
        with self.server.lock:
            self.server.batches.append(batch)
        self.server.closing.wait(self.server.delay)
        self.send_response(status)
        for name, value in ({"Content-Length": 2} | fields).items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        """Keeps the server's log out of the test's output."""


def converted(document):
    """The document as protobuf's own reader takes it: identifiers in base64. What that reader would let pass is an error
    here: integers of 64 bits that are no text, and names of enumerations."""
    if isinstance(document, list):
        return [converted(element) for element in document]
    if not isinstance(document, dict):
        return document
    for name in ("startTimeUnixNano", "endTimeUnixNano", "intValue"):
        assert isinstance(document.get(name, ""), str), name
    for name in ("kind", "code"):
        assert isinstance(document.get(name, 0), int), name
    result = {}
    for name, value in document.items():
        if name in IDENTIFIERS:
            assert re.fullmatch(f"[0-9a-f]{{{IDENTIFIERS[name]}}}", value) and set(value) != {"0"}, (name, value)
            value = base64.b64encode(bytes.fromhex(value)).decode()
        result[name] = converted(value)
    return result


def texts(span):
    """The attributes of a span, or of a resource."""
    values = {attribute.key: getattr(attribute.value, attribute.value.WhichOneof("value")) for attribute in span.attributes}
    assert len(values) == len(span.attributes)
    return values
