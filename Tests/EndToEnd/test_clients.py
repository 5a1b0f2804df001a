"""The client of a request: its address behind trusted proxies, whether it may ask, and limits that only log."""

import time

import pytest

from metrics import metric
from timeouts import eventually
from problems import assert_problem

PROXY, STRANGER = "127.0.0.2", "127.0.0.3"
BEHIND = {"clients.trustedProxies": "127.0.0.2,10.0.0.0/8"}
TIGHT = {"limits.client.rate": "1/m", "limits.client.burst": 1}


def ask(gateway, hops, source=PROXY):
    lines = [f"X-Forwarded-For: {hop}" for hop in hops]
    return gateway.get("/jobs/fine-1", *lines, source=source)


def clients(gateway, answers):
    """The clients of these answers, according to the access log."""
    return [gateway.access_of(answer)["client.address"] for answer in answers]


def warnings(gateway):
    return [line for line in gateway.log if "clients.trustedProxies" in line["message"]]


def test_the_log_names_the_client_behind_a_trusted_proxy(serve):
    gateway = serve(BEHIND)
    hops = [["192.0.2.1"], ["192.0.2.9, 192.0.2.1"], ["192.0.2.1, 10.0.0.7"], ["192.0.2.1", "10.0.0.7"], []]
    answers = [ask(gateway, each) for each in hops]
    assert [answer.status for answer in answers] == [200] * len(hops)
    assert clients(gateway, answers) == ["192.0.2.1"] * 4 + [PROXY]
    assert not warnings(gateway)


# U+0600 in UTF-8: with the comma that a proxy appends it makes one Character, but two elements.
NAMELESS = {"a word": ["no-address"], "an empty field": [""], "behind a trusted hop": ["no-address, 10.0.0.7"],
            "a mark": ["\u0600".encode().decode("latin-1")], "a mark at the comma": ["192.0.2.1", "\u00d8\u0080"]}


@pytest.mark.parametrize("hops", NAMELESS.values(), ids=NAMELESS)
def test_a_client_that_a_trusted_proxy_fails_to_name_is_not_taken_for_the_proxy(serve, upstream, hops):
    gateway = serve(BEHIND | {"clients.allow": "127.0.0.0/8", "limits.client.rate": "1/m", "limits.client.burst": 1})
    problem = assert_problem(answer := ask(gateway, hops), 400, "invalid-forwarding")
    assert "of X-Forwarded-For is no IP address" in problem["detail"]
    assert answer.fields["ratelimit"].startswith('"client";r=0;t=')
    assert not upstream.calls


def test_a_mark_before_the_comma_of_a_proxy_hides_no_client(serve):
    gateway = serve(BEHIND | {"clients.allow": "192.0.2.0/24"})
    marked = "\u0600".encode().decode("latin-1")
    answers = [ask(gateway, [f"{marked}, {client}"]) for client in ("192.0.2.1", "198.51.100.1")]
    assert answers[0].status == 200
    assert_problem(answers[1], 403, "client-not-allowed")
    assert clients(gateway, answers) == ["192.0.2.1", "198.51.100.1"]


def test_a_stranger_is_not_believed_and_causes_one_warning(serve):
    gateway = serve(BEHIND)
    answers = [ask(gateway, [f"192.0.2.{number}"], source=STRANGER) for number in range(5)]
    assert [answer.status for answer in answers] == [200] * 5
    assert clients(gateway, answers) == [STRANGER] * 5
    assert len(warnings(gateway)) == 1 and warnings(gateway)[0]["level"] == "warning"
    assert "192.0.2." not in "".join(gateway.output)


def test_each_client_behind_a_proxy_has_a_limit_of_its_own(serve):
    gateway = serve(BEHIND | TIGHT)
    addresses = ["192.0.2.1", "192.0.2.2", "192.0.2.1", "2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"]
    assert [ask(gateway, [address]).status for address in addresses] == [200, 200, 429, 200, 429, 200]
    assert [ask(gateway, [address], STRANGER).status for address in addresses[:2]] == [200, 429]


def test_refusals_count_against_the_limit(serve):
    """A client may have only so many of them, and learns what is left."""
    gateway = serve({"limits.client.rate": "1/s", "limits.client.burst": 20})
    targets = ["/jobs/a%20b", "/nowhere", "/jobs/a?x", "/jobs/a b"]
    began = time.monotonic()
    answers = [gateway.get(targets[number % len(targets)]) for number in range(200)]
    admitted = [answer for answer in answers if answer.status != 429]
    assert 20 <= len(admitted) <= 21 + time.monotonic() - began
    assert {answer.status for answer in admitted} == {400, 404}
    assert all(answer.fields["ratelimit-policy"] == '"client";q=20;w=20' for answer in answers)
    assert all(int(answer.fields["retry-after"]) >= 1 for answer in answers if answer.status == 429)
    assert gateway.get("/").status == 200
    assert "ratelimit" not in gateway.get("/openapi.yaml").fields
    eventually(lambda: metric(gateway, "transcribe_gateway_requests_total", status="429") == 200 - len(admitted))


@pytest.mark.parametrize("hops, source, is_allowed", [
    (["192.0.2.77"], PROXY, True), (["198.51.100.1"], PROXY, False), ([], PROXY, False),
    (["192.0.2.77"], STRANGER, False), (["2001:db8::9"], PROXY, True),
])
def test_only_the_clients_that_are_allowed_are_answered(serve, upstream, hops, source, is_allowed):
    gateway = serve(BEHIND | {"clients.allow": "192.0.2.0/24,2001:db8::/32"})
    answer = ask(gateway, hops, source)
    if is_allowed:
        assert answer.status == 200
    else:
        assert_problem(answer, 403, "client-not-allowed")
        assert not upstream.calls
        eventually(lambda: metric(gateway, "transcribe_gateway_requests_total", status="403") == 1)
    assert gateway.ask_admin("/livez").status == 200


def test_a_shadow_limit_refuses_no_client_and_logs_those_that_it_would(serve):
    gateway = serve(TIGHT | {"limits.client.shadow": "true"})
    answers = [gateway.get("/jobs/fine-1") for _ in range(4)]
    assert [answer.status for answer in answers] == [200] * 4
    assert all(answer.fields["ratelimit"].startswith('"client";r=0;t=') for answer in answers)
    assert all(answer.fields["ratelimit-policy"] == '"client";q=1;w=60' for answer in answers)
    eventually(lambda: metric(gateway, "transcribe_gateway_shadow_refusals_total") == 3)
    assert [gateway.access_of(answer).get("limit") for answer in answers] == [None] + ["exceeded"] * 3
