"""The pages that people meet, each of a gateway that is in the state which it shows."""

import time
from urllib.parse import quote

from conftest import UNLIMITED
from fake_transcribe import FakeTranscribe
from gateway import upstream_at

TRANSCRIPT = "https://s3.us-east-1.amazonaws.com/clinic-transcripts/medical/visit-2026-0042.json"
SOUND = {"MediaFormat": "wav", "MediaSampleRateHertz": 44100, "Type": "CONVERSATION",
         "Media": {"MediaFileUri": "s3://clinic-recordings/2026/visit-2026-0042.wav"},
         "Settings": {"ShowSpeakerLabels": True, "MaxSpeakerLabels": 2, "ChannelIdentification": False}}


class Pages(dict):
    """URLs by name. The client that has used up its limit asks once more before its page is opened, because the limit may
    have let it in again meanwhile."""

    limited = None

    def items(self):
        return ((name, self[name]) for name in self)

    def __getitem__(self, name):
        if name == "limited":
            self.limited.get("/jobs/visit-2026-0042")
        return super().__getitem__(name)


def pages(start, upstreams):
    """The URLs by name.

    `start` starts a gateway with a command, settings and an environment; upstreams that are made are appended to
    `upstreams`, which the caller closes.
    """
    sound, failing = FakeTranscribe(), FakeTranscribe()
    upstreams.extend([sound, failing])
    now = time.time()
    sound.members = {
        "visit-2026-0042": SOUND | times(now, 640, 620, 430) | {
            "Transcript": {"TranscriptFileUri": TRANSCRIPT}, "Tags": [{"Key": "department", "Value": "cardiology"}]},
        "visit-2026-0043": SOUND | times(now, 310, 305, 303) | {
            "TranscriptionJobStatus": "FAILED", "Transcript": None,
            "FailureReason": "The media format provided does not match the detected media format"},
        "visit-2026-0044": SOUND | times(now, 95, 80) | {"TranscriptionJobStatus": "IN_PROGRESS", "Transcript": {}},
    }
    failing.members = sound.members
    gateway = start("serve", UNLIMITED, upstream_at(sound.port))
    limited = start("serve", {"limits.client.rate": "1/m", "limits.client.burst": 1}, upstream_at(sound.port))
    stale = start("serve", UNLIMITED | {"cache.ttl.finished": "100ms", "upstream.attempts": 1}, upstream_at(failing.port))
    stale.get("/jobs/visit-2026-0042")
    failing.behaviour = "500"
    time.sleep(0.2)  # until it is not fresh any more
    stale.get("/jobs/visit-2026-0042", "Cache-Control: max-age=0")
    found = Pages({
        "home": url(gateway, "/"), "running": url(gateway, "/jobs/visit-2026-0044"),
        "completed": url(gateway, "/jobs/visit-2026-0042"), "failed": url(gateway, "/jobs/visit-2026-0043"),
        "stale": url(stale, "/jobs/visit-2026-0042"), "unknown": url(gateway, "/jobs/missing-2026-0047"),
        "invalid": url(gateway, "/jobs?name=" + quote("visit 2026/0042")),
        "limited": url(limited, "/jobs/visit-2026-0042"), "upstream-down": url(stale, "/jobs/visit-2026-0045"),
        "problems": url(gateway, "/problems"),
    } | ({"docs": url(gateway, "/docs")} if gateway.get("/docs").status == 200 else {}))
    found.limited = limited
    return found


def url(gateway, target):
    return f"http://127.0.0.1:{gateway.port}{target}"


def times(now, created, started, ended=None):
    """The members that tell when a job was so many seconds ago."""
    return {"CreationTime": now - created, "StartTime": now - started} | (
        {"CompletionTime": now - ended} if ended else {"CompletionTime": None})
