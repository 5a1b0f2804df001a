"""The gateway on real sockets, in front of an upstream of the tests' own or moto's."""

import pytest

from fake_transcribe import FakeTranscribe
from gateway import Gateway, upstream_at
from moto_server import MotoServer

UNLIMITED = {"limits.client.rate": 0, "limits.upstream.rate": 0}


@pytest.fixture
def upstream():
    fake = FakeTranscribe()
    yield fake
    fake.close()


@pytest.fixture
def start():
    """Starts gateways; those that still run at the end of the test are stopped and must end with status 0."""
    gateways = []

    def start(command="serve", settings=None, environment=None):
        gateways.append(Gateway(command, settings, environment))
        return gateways[-1]

    yield start
    try:
        assert [gateway.stop() for gateway in gateways] == [0] * len(gateways)
    finally:
        for gateway in gateways:
            gateway.abandon()


@pytest.fixture
def serve(start, upstream):
    """Starts a gateway in front of `upstream`, without limits unless told otherwise."""
    return lambda settings=None: start("serve", UNLIMITED | (settings or {}), upstream_at(upstream.port))


@pytest.fixture
def gateway(serve):
    return serve()


@pytest.fixture(scope="module")
def silent():
    """A gateway for the tests of one file, whose upstream must not have heard of them at the end."""
    upstream = FakeTranscribe()
    gateway = Gateway("serve", UNLIMITED, upstream_at(upstream.port))
    yield gateway
    assert gateway.stop() == 0
    upstream.close()
    assert not upstream.calls


@pytest.fixture(scope="module")
def moto():
    server = MotoServer()
    yield server
    server.close()
