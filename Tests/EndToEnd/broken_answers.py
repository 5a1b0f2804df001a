"""Missing and malformed answers: each method is a behaviour of the tests' upstream."""

import contextlib
import gzip
import json
import os
import socket
import struct

from aws_error_texts import AWS_ERROR_TEXT, job

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\n"
INJECTED = "x\r\nX-Injected: yes\r\n\r\nHTTP/1.1 200 OK"
# 64 MiB in 64 KiB, made beforehand so that the answer comes at once.
BOMB = gzip.compress(b" " * (64 << 20))


class BrokenAnswers:
    """Part of `Conversation`, which has `say` and `fail`."""

    # The connection breaks

    def be_reset(self, _):
        """The connection is closed instead of an answer."""
        self.close_connection = True

    def be_resetbefore(self, _):
        self.break_off()

    def be_resetwithin(self, _):
        self.wfile.write(HEAD[:25])
        self.break_off()

    def be_resetafter(self, _):
        self.wfile.write(HEAD + b'Content-Length: 500\r\n\r\n{"Medical')
        self.break_off()

    def be_truncated(self, name):
        self.say(200, {"MedicalTranscriptionJob": job(name)}, missing=20)
        self.close_connection = True

    def be_chunkcut(self, _):
        self.wfile.write(HEAD + b'Transfer-Encoding: chunked\r\n\r\n40\r\n{"MedicalTranscriptionJob"')
        self.close_connection = True

    def be_stall(self, _):
        """The head comes, the content never does."""
        self.wfile.write(HEAD + b"Content-Length: 500\r\n\r\n{")
        self.server.closing.wait(60)
        self.close_connection = True

    def be_hang(self, _):
        self.server.closing.wait(60)
        self.close_connection = True

    def be_once(self, name):
        """Each connection is good for one answer; the next request on it finds it closed."""
        self.be_fine(name)
        self.close_connection = True

    def be_stale(self, name):
        """The same, but the second request is still taken before the reset."""
        if getattr(self, "is_used", False):
            return self.break_off()
        self.is_used = True
        self.be_fine(name)

    def break_off(self):
        """Ends the connection by a reset. Other references to the socket find it closed."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())
        self.close_connection = True

    # The content is wrong

    def be_notjson(self, _):
        self.say(200, AWS_ERROR_TEXT)

    def be_halfjson(self, name):
        self.say(200, json.dumps({"MedicalTranscriptionJob": job(name)})[:-20])

    def be_empty(self, _):
        self.say(200, "")

    def be_html200(self, _):
        self.say(200, f"<html>{AWS_ERROR_TEXT}</html>", "text/html")

    def be_html503(self, _):
        self.say(503, f"<html>{AWS_ERROR_TEXT}</html>", "text/html")

    def be_html403(self, _):
        self.say(403, f"<html>{AWS_ERROR_TEXT}</html>", "text/html")

    def be_proxyxml(self, _):
        self.say(403, f"<?xml version='1.0'?><error><reason>{AWS_ERROR_TEXT}</reason></error>", "text/xml")

    def be_xml403(self, _):
        self.say_xml("AccessDenied")

    def be_xmlsignature(self, _):
        self.say_xml("SignatureDoesNotMatch")

    def say_xml(self, code):
        error = f"<Error><Code>{code}</Code><Message>{AWS_ERROR_TEXT}</Message></Error>"
        self.say(403, f"<ErrorResponse>{error}</ErrorResponse>", "text/xml")

    def be_shape(self, name):
        self.say(200, {"MedicalTranscriptionJob": [job(name)]})

    def be_types(self, name):
        self.say(200, {"MedicalTranscriptionJob": job(name, TranscriptionJobStatus={"a": 1}, CreationTime="soon")})

    def be_extra(self, name):
        self.say(200, {"MedicalTranscriptionJob": job(name, Unheard={"a": [AWS_ERROR_TEXT]}), "More": AWS_ERROR_TEXT})

    def be_deep(self, name):
        self.say(200, '{"MedicalTranscriptionJob":' + "[" * 100_000 + "]" * 100_000 + "}")

    def be_deepextra(self, name):
        whole = json.dumps({"MedicalTranscriptionJob": job(name, Unheard="@")})
        self.say(200, whole.replace('"@"', '{"a":' * 50_000 + "1" + "}" * 50_000))

    def be_wrong(self, name):
        self.say(200, {"MedicalTranscriptionJob": job(f"not-{name}")})

    def be_nojob(self, _):
        self.say(200, {})

    def be_redirect(self, _):
        self.say(307, "", Location=f"http://127.0.0.1:{self.server.port}/elsewhere")

    # The content is too much

    def be_mebibytes(self, name):
        """`mebibytes-2-1` has 2 MiB."""
        self.pour(name, int(name.split("-")[1]) << 20)

    def be_huge(self, name):
        self.pour(name, 10 << 20)

    def be_endless(self, _):
        """Chunks without an end, until the gateway hangs up."""
        with contextlib.suppress(OSError):
            self.wfile.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
            while not self.server.closing.is_set():
                self.wfile.write(b"4000\r\n" + b" " * 0x4000 + b"\r\n")
        self.server.hung_up.set()
        self.close_connection = True

    def be_endlesshead(self, _):
        with contextlib.suppress(OSError):
            self.wfile.write(HEAD)
            while not self.server.closing.is_set():
                self.wfile.write(b"X-More: " + b"x" * 1_000 + b"\r\n")
        self.server.hung_up.set()
        self.close_connection = True

    def be_gzip(self, _):
        self.say(200, BOMB, **{"Content-Encoding": "gzip"})

    def pour(self, name, size):
        with contextlib.suppress(OSError):
            self.say(200, {"MedicalTranscriptionJob": job(name, FailureReason="x" * size)})
            return
        self.server.hung_up.set()
        self.close_connection = True

    # The content tries to add fields or responses

    def be_splitting(self, name):
        self.say(200, {"MedicalTranscriptionJob": job(
            name, FailureReason=INJECTED, Transcript={"TranscriptFileUri": f"https://a/{INJECTED}"})},
            **{"x-amzn-RequestId": "fake\tX-Injected: yes"})

    def be_splittingerror(self, _):
        self.say(400, {"__type": f"SerializationException:{INJECTED}", "Message": INJECTED},
                 **{"x-amzn-RequestId": '"\\ X-Injected: yes', "x-amz-retry-after": "1\tX-Injected: yes"})
