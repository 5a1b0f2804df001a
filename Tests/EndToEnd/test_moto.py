"""The gateway and boto3 give the same job; the upstream is moto, which checks signatures."""

from datetime import datetime, timezone

import pytest

from gateway import upstream_at
from metrics import metric
from timeouts import eventually
from watchers import Watchers

MEMBERS = {
    "name": "MedicalTranscriptionJobName", "status": "TranscriptionJobStatus", "createdAt": "CreationTime",
    "startedAt": "StartTime", "completedAt": "CompletionTime", "failureReason": "FailureReason",
    "languageCode": "LanguageCode", "mediaFormat": "MediaFormat", "mediaSampleRateHertz": "MediaSampleRateHertz",
    "settings": "Settings", "specialty": "Specialty", "type": "Type",
    "contentIdentificationType": "ContentIdentificationType",
}
FOLLOWED = ["name", "status", "done", "createdAt", "startedAt", "completedAt", "transcriptUri", "failureReason"]


@pytest.fixture
def signed(start, moto):
    """Starts a gateway that signs with an access key of moto's."""
    return lambda access_key: start("serve", environment=upstream_at(moto.port, *access_key))


@pytest.mark.parametrize("status", ["QUEUED", "IN_PROGRESS", "COMPLETED"])
def test_says_of_a_job_what_boto3_says(signed, moto, status):
    name = f"visit.{status}"
    moto.job_in(status, name)
    gateway = signed(moto.reader)
    answer = gateway.get(f"/jobs/{name}?view=full")
    expected = in_our_words(moto.job(name))
    assert expected["status"] == status
    assert (answer.status, answer.json) == (200, expected)
    assert list(answer.json) == in_order_of_the_schema(expected)
    trimmed = gateway.get(f"/jobs/{name}").json
    assert trimmed == {member: expected[member] for member in FOLLOWED if member in expected}


def test_an_unknown_job_is_not_found(signed, moto):
    answer = signed(moto.reader).get("/jobs/no.such.job")
    assert (answer.status, answer.json["type"]) == (404, "/problems/job-not-found")


def test_the_list_follows_jobs(start, moto):
    names = [f"listed-{number}" for number in range(3)]
    for name in names:
        moto.job_in("IN_PROGRESS", name)
    settings = {"cache.ttl.running": "400ms", "limits.list.rate": 0}
    gateway = start("serve", settings, environment=upstream_at(moto.port, *moto.reader))
    watchers = Watchers(gateway.port, len(names), "/jobs/listed-{}/events")
    eventually(lambda: metric(gateway, "transcribe_gateway_watch_list_confirmed_jobs_total") >= 9, within=20)
    assert metric(gateway, "transcribe_gateway_watch_list_pages_total", result="succeeded") >= 3
    watchers.leave()


@pytest.mark.parametrize("spoil", [
    lambda moto: (moto.reader[0], "wrong" + moto.reader[1][5:]),
    lambda moto: ("AKIAUNKNOWNUNKNOWN00", moto.reader[1]),
    lambda moto: moto.stranger,
], ids=["a wrong secret", "an unknown key", "a user without permission"])
def test_a_refusal_of_the_gateway_is_not_the_clients_fault(signed, moto, spoil):
    answer = signed(spoil(moto)).get("/jobs/visit.QUEUED")
    assert answer.status == 502
    assert answer.fields["content-type"] == "application/problem+json"
    assert answer.fields["cache-control"] == "no-store"
    assert answer.json["type"] in ("/problems/access-denied", "/problems/credentials")


def in_our_words(job):
    """boto3's job under this API's names."""
    found = {ours: text(job[theirs]) for ours, theirs in MEMBERS.items() if theirs in job}
    found["done"] = found["status"] in ("COMPLETED", "FAILED")
    found["mediaUri"] = job["Media"]["MediaFileUri"]
    if "Transcript" in job:
        found["transcriptUri"] = job["Transcript"]["TranscriptFileUri"]
    found["settings"] = {name[0].lower() + name[1:]: value for name, value in job["Settings"].items()}
    return found


def text(value):
    """Times to the millisecond, in UTC."""
    if not isinstance(value, datetime):
        return value
    return value.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def in_order_of_the_schema(job):
    order = [*FOLLOWED, "languageCode", "mediaFormat", "mediaSampleRateHertz", "mediaUri", "redactedMediaUri",
             "settings", "specialty", "type", "contentIdentificationType", "tags"]
    return [member for member in order if member in job]
