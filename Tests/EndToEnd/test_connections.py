"""What HTTP/1.1 promises of well-formed requests: reuse, pipelining, HEAD, conditions, HTTP/1.0."""

import pytest

from metrics import metric
from timeouts import eventually
from wire import request

# These tell of the moment and of the request rather than of the job.
OF_THE_MOMENT = {"date", "age", "cache-status", "x-request-id"}


def lasting(answer):
    return {name: value for name, value in answer.fields.items() if name not in OF_THE_MOMENT}


def test_a_connection_is_used_again_also_after_a_problem(gateway):
    targets = ["/jobs/fine-1", "/jobs/%2e%2e", "/nowhere", "/jobs/missing-1", "/jobs/fine-1"]
    with gateway.wire() as wire:
        statuses = [wire.send(request(target)).answer().status for target in targets]
    assert statuses == [200, 400, 404, 404, 200]


def test_pipelined_requests_are_answered_in_order(gateway, upstream):
    """A thousand at once; every tenth job is not cached yet, so its answer has to wait while others lie behind it."""
    numbers = range(1000)
    requests = [request(f"/jobs/fine-{number // 10}", f"X-Request-Id: n{number}") for number in numbers]
    with gateway.wire() as wire:
        wire.send(*requests)
        answers = [wire.answer() for _ in numbers]
    assert [answer.fields["x-request-id"] for answer in answers] == [f"n{number}" for number in numbers]
    assert [answer.json["name"] for answer in answers] == [f"fine-{number // 10}" for number in numbers]
    assert set(upstream.calls.values()) == {1}


def test_a_request_may_come_in_pieces(gateway):
    with gateway.wire() as wire:
        for byte in request("/jobs/fine-1"):
            wire.send(bytes([byte]))
        assert wire.answer().status == 200


@pytest.mark.parametrize("target", ["/jobs/fine-1", "/jobs/missing-1", "/jobs/%2e", "/nowhere"])
def test_head_says_what_get_says_without_the_content(gateway, target):
    with gateway.wire() as wire:
        wire.send(request(target)).answer()
        of_get = wire.send(request(target, "X-Request-Id: same")).answer()
        of_head = wire.send(request(target, "X-Request-Id: same", method="HEAD")).answer(to_head=True)
        assert wire.send(request("/jobs/fine-1")).answer().status == 200
    assert (of_head.status, lasting(of_head)) == (of_get.status, lasting(of_get))
    assert int(of_head.fields["content-length"]) == len(of_get.body) > 0


@pytest.mark.parametrize("tags", ["{tag}", "W/{tag}", '"other", {tag}', '"a,b",{tag}', "*"])
def test_what_the_client_has_is_not_sent_again(gateway, tags):
    with gateway.wire() as wire:
        whole = wire.send(request("/jobs/fine-1")).answer()
        condition = f"If-None-Match: {tags.format(tag=whole.fields['etag'])}"
        unchanged = wire.send(request("/jobs/fine-1", condition)).answer()
        again = wire.send(request("/jobs/fine-1")).answer()
    assert (unchanged.status, again.status, again.body) == (304, 200, whole.body)
    for name in ("etag", "vary", "cache-control"):
        assert unchanged.fields[name] == whole.fields[name]
    assert unchanged.fields.get("content-length", str(len(whole.body))) == str(len(whole.body))


def test_another_representation_has_another_tag(gateway):
    trimmed, full = (gateway.get(f"/jobs/fine-1{query}").fields["etag"] for query in ("", "?view=full"))
    assert trimmed != full
    assert gateway.get("/jobs/fine-1?view=full", f"If-None-Match: {trimmed}").status == 200


def test_the_tag_outlives_the_process(serve):
    tags = {serve().get("/jobs/fine-1").fields["etag"] for _ in range(2)}
    assert len(tags) == 1


def test_http_1_0_is_answered_and_closed(gateway):
    with gateway.wire() as wire:
        answer = wire.send(request("/jobs/fine-1", version="HTTP/1.0", host=None)).answer()
        assert answer.status == 200 and wire.is_closed()


def test_a_client_that_asks_to_close_is_obeyed(gateway):
    with gateway.wire() as wire:
        answer = wire.send(request("/jobs/fine-1", "Connection: close")).answer()
        assert answer.fields["connection"].lower() == "close" and wire.is_closed()


def test_the_longest_name_and_every_character_of_names_reach_the_upstream(gateway, upstream):
    names = ["fine-" + "a" * 195, "fine-._-AZaz09", "..."]
    assert [gateway.get(f"/jobs/{name}").json["name"] for name in names] == names
    assert gateway.get("/jobs/%66ine-._-AZaz09").fields["cache-status"].startswith("transcribe-gateway; hit")
    assert upstream.calls == {name: 1 for name in names}


def test_a_client_that_sends_no_more_gets_its_answer_and_leaves_nothing_behind(gateway):
    """Many in turn: what is seen of the end depends on which of request and end the server notices first."""
    jobs = ["fine-1"] * 20 + [f"fine-{number}" for number in range(2, 22)]
    for job in jobs:
        with gateway.wire() as wire:
            assert wire.send(request(f"/jobs/{job}")).half_close().answer().status == 200
    eventually(lambda: metric(gateway, "transcribe_gateway_connections") == 0, within=3)


def test_an_absolute_target_is_served(gateway):
    assert gateway.get("http://localhost/jobs/fine-1").status == 200
