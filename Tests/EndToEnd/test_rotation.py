"""Credentials that end or are replaced: asked for once more, and never the client's fault."""

import os
import threading
import time

import pytest

from conftest import UNLIMITED
from fault_rows import MARGIN, RECOVERED
from gateway import upstream_at
from metrics import metric
from timeouts import eventually
from problems import assert_problem
from wire import request

OLD, NEW = "AKIDOLD", "AKIDNEW"
LOADED_FOR = 2.0


def write(path, key):
    """As a secret's file is replaced: whole, by renaming."""
    beside = path.with_suffix(".new")
    beside.write_text(f"[default]\naws_access_key_id = {key}\naws_secret_access_key = a-secret-of-the-tests\n")
    os.rename(beside, path)


@pytest.fixture
def rotating(start, upstream, tmp_path):
    """A gateway with its credentials in a file, and the file."""
    path = tmp_path / "credentials"
    write(path, OLD)
    upstream.keys = {OLD}
    variables = upstream_at(upstream.port) | {"AWS_SHARED_CREDENTIALS_FILE": str(path), "AWS_PROFILE": "default"}
    del variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"]
    return start("serve", UNLIMITED, variables), path


def test_a_file_that_is_replaced_is_read_again_when_the_old_key_is_refused(rotating, upstream):
    gateway, path = rotating
    assert gateway.get("/jobs/fine-1").status == 200
    write(path, NEW)
    upstream.keys = {NEW}
    assert [gateway.get(f"/jobs/fine-{number}").status for number in range(2, 5)] == [200] * 3
    assert upstream.calls == {"fine-1": 1, "fine-2": 2, "fine-3": 1, "fine-4": 1}, "one more call for all"


def test_no_request_fails_while_the_file_is_replaced_under_load(rotating, upstream):
    """The new key is good before it is written and the old one until a little after, as AWS has it."""
    gateway, path = rotating
    clients = [Client(gateway, number) for number in range(4)]
    for client in clients:
        client.start()
    time.sleep(LOADED_FOR / 4)
    upstream.keys = {OLD, NEW}
    write(path, NEW)
    time.sleep(LOADED_FOR / 4)
    upstream.keys = {NEW}
    for client in clients:
        client.join(10)
    assert [client.failed for client in clients] == [[]] * len(clients)
    assert min(client.answers for client in clients) > 10


def test_a_refused_key_is_replaced_when_it_can_be(rotating, upstream):
    """Until then every look-up gets a problem that names the cause, and AWS receives few calls."""
    gateway, path = rotating
    upstream.keys = {NEW}
    for number in range(10):
        assert_problem(gateway.get(f"/jobs/fine-{number}"), 502, "credentials")
    assert upstream.calls.total() <= 2 * 10
    write(path, NEW)
    eventually(lambda: gateway.get("/jobs/fine-1").status == 200, within=RECOVERED + MARGIN)
    assert metric(gateway, "transcribe_gateway_waiting_requests") == 0


class Client(threading.Thread):
    """Looks up one job after another, each for the first time."""

    def __init__(self, gateway, number):
        super().__init__(daemon=True)
        self.gateway, self.number = gateway, number
        self.answers, self.failed = 0, []

    def run(self):
        end = time.monotonic() + LOADED_FOR
        with self.gateway.wire() as wire:
            while time.monotonic() < end:
                answer = wire.send(request(f"/jobs/fine-{self.number}-{self.answers}")).answer()
                self.answers += 1
                if answer.status != 200:
                    self.failed.append((self.answers, answer))
