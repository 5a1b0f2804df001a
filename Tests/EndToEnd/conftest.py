"""The gateway on real sockets, in front of an upstream of the tests' own or moto's."""

import pytest

from browser import Browser
from debian import make_package
from fake_transcribe import FakeTranscribe
from gateway import Gateway, upstream_at
from moto_server import MotoServer

UNLIMITED = {"limits.client.rate": 0, "limits.upstream.rate": 0}


@pytest.fixture
def upstream():
    fake = FakeTranscribe()
    yield fake
    fake.close()


@pytest.fixture(scope="session")
def leaving():
    """Gateways that were asked to stop after their test, by its name: each must end with status 0."""
    gateways = []
    yield gateways
    assert {test: status for test, gateway in gateways if (status := gateway.end()) != 0} == {}


@pytest.fixture
def start(request, leaving):
    """Starts gateways, and stops those that still run at the end of the test without waiting for them."""
    gateways = []

    def start(command="serve", settings=None, environment=None, prefix=()):
        gateways.append(Gateway(command, settings, environment, prefix))
        return gateways[-1]

    yield start
    for gateway in gateways:
        if gateway.process.poll() is None:
            gateway.signal()
    leaving.extend((f"{request.node.nodeid} {number}", gateway) for number, gateway in enumerate(gateways))


@pytest.fixture
def serve(start, upstream):
    """Starts a gateway in front of `upstream`, without limits unless the settings have some."""
    return lambda settings=None: start("serve", UNLIMITED | (settings or {}), upstream_at(upstream.port))


@pytest.fixture
def gateway(serve):
    return serve()


@pytest.fixture
def browser():
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def silent():
    """A gateway for the tests of one file. At the end its upstream must have received no call."""
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


@pytest.fixture(scope="session")
def package():
    return make_package()
