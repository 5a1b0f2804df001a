"""Certificate authorities of the operator's own, as behind a proxy that inspects TLS."""

import contextlib

import pytest

import certificates
from conftest import UNLIMITED
from container_agent import ContainerAgent
from doctor import findings
from fake_transcribe import FakeTranscribe
from gateway import run, upstream_at
from other_files import seeing
from timeouts import eventually

SYSTEM = "/etc/ssl/certs/ca-certificates.crt"
ANY_PORT = ["--set", "listen.port=0", "--set", "admin.port=0"]
COMMANDS = {"serve": ANY_PORT, "check": [], "doctor": []}


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return certificates.Authority(tmp_path_factory.mktemp("known"), "known")


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    return certificates.Authority(tmp_path_factory.mktemp("other"), "other")


@pytest.fixture
def secure(authority):
    """An upstream whose certificate is signed by the authority."""
    with contextlib.closing(FakeTranscribe(tls=authority.context())) as upstream:
        yield upstream


def at(upstream, **more):
    return upstream_at(0) | {"AWS_ENDPOINT_URL_TRANSCRIBE": f"https://localhost:{upstream.port}"} | more


def profile(folder, bundle):
    """The variables for a profile that names this bundle."""
    config = folder / "config"
    config.write_text(f"[profile ward]\nca_bundle = {bundle}\n")
    return {"AWS_CONFIG_FILE": str(config), "AWS_PROFILE": "ward"}


@pytest.mark.parametrize("setting", ["AWS_CA_BUNDLE", "ca_bundle", "SSL_CERT_FILE"])
def test_trusts_the_authorities_that_a_setting_names(start, secure, authority, tmp_path, setting):
    named = profile(tmp_path, authority.path) if setting == "ca_bundle" else {setting: str(authority.path)}
    gateway = start("serve", UNLIMITED, at(secure, **named))
    assert gateway.get("/jobs/fine-1").status == 200
    place = "profile 'ward'" if setting == "ca_bundle" else setting
    rows = [line.split(None, 3) for line in run("check", environment=at(secure, **named)).stdout.splitlines()]
    assert ["certificate", "authorities", "=", f"{authority.path}   ({place})"] in rows
    found = findings(run("doctor", "--job", "fine-1", environment=at(secure, **named)))
    assert found["authorities"] == f"{authority.path} ({place})" and "the job is COMPLETED" in found["outcome"]


def test_the_order_of_the_settings(start, secure, authority, other, tmp_path):
    wrong = str(other.path)
    for named in [{"AWS_CA_BUNDLE": str(authority.path), "SSL_CERT_FILE": wrong} | profile(tmp_path, wrong),
                  {"SSL_CERT_FILE": wrong} | profile(tmp_path, authority.path)]:
        assert start("serve", UNLIMITED, at(secure, **named)).get("/jobs/fine-1").status == 200


def test_the_named_authorities_replace_the_systems(start, secure, authority, other):
    prefix = seeing({SYSTEM: authority.path})
    gateway = start("serve", UNLIMITED, at(secure, AWS_CA_BUNDLE=str(other.path)), prefix)
    assert gateway.get("/jobs/fine-1").status == 502
    eventually(lambda: "not signed by a trusted authority (AWS_CA_BUNDLE can name" in str(gateway.log), within=1)
    assert start("serve", UNLIMITED, at(secure), prefix).get("/jobs/fine-1").status == 200


@pytest.fixture
def agent(authority):
    """A container's agent, and an AWS STS that knows no key, over TLS."""
    with contextlib.closing(ContainerAgent(authority.context())) as agent:
        agent.refusal = b"<ErrorResponse><Error><Code>InvalidClientTokenId</Code></Error></ErrorResponse>"
        yield agent


def test_every_call_trusts_them(start, secure, authority, agent):
    """That to the container's agent for credentials, that to AWS STS for the identity, and that for the job."""
    environment = at(
        secure, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="", AWS_CA_BUNDLE=str(authority.path),
        AWS_CONTAINER_CREDENTIALS_FULL_URI=agent.url, AWS_ENDPOINT_URL_STS=agent.url)
    found = findings(run("doctor", "--job", "fine-1", environment=environment))
    assert found["container"] == "found" and "the job is COMPLETED" in found["outcome"]
    assert found["ARN"] == "AWS STS rejects the credentials (InvalidClientTokenId)"
    gateway = start("serve", UNLIMITED, environment)
    assert gateway.get("/jobs/fine-2").status == 200
    without = findings(run("doctor", environment=environment | {"AWS_CA_BUNDLE": ""}))
    assert "not signed by a trusted authority" in without["container"]


def bundles(folder, authority):
    """Bundles that are of no use, and what is said of each."""
    (folder / "empty.pem").touch()
    (folder / "cut.pem").write_bytes(authority.path.read_bytes()[:-60])
    (folder / "key.pem").write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    (folder / "folder").mkdir()
    return {"absent.pem": "does not exist", "empty.pem": "holds no certificate in PEM form",
            "key.pem": "holds no certificate in PEM form", "cut.pem": "holds a damaged certificate, which begins at line 1",
            "folder": "is not a regular file"}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_bundle_that_is_of_no_use_ends_the_start(secure, authority, tmp_path, command):
    for name, words in bundles(tmp_path, authority).items():
        path = tmp_path / name
        for setting, named in [("AWS_CA_BUNDLE", {"AWS_CA_BUNDLE": str(path), "SSL_CERT_FILE": str(authority.path)}),
                               ("SSL_CERT_FILE", {"SSL_CERT_FILE": str(path)}),
                               ("ca_bundle of profile 'ward'", profile(tmp_path, path))]:
            result = run(command, *COMMANDS[command], environment=at(secure, **named))
            assert result.returncode == 78, result
            (sentence,) = result.stderr.splitlines()
            assert sentence.startswith(f"{setting} names the file {path} of trusted certificate authorities, which {words}")
    assert not secure.calls


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("content", ["empty", "absent"])
def test_a_machine_without_authorities(secure, tmp_path, command, content):
    folder = tmp_path / "certs"
    folder.mkdir()
    if content == "empty":
        (folder / "ca-certificates.crt").touch()
    prefix = seeing({"/etc/ssl/certs": folder})
    words = "holds no certificate" if content == "empty" else "does not exist"
    for environment in [at(secure), {**upstream_at(0), "AWS_ENDPOINT_URL_TRANSCRIBE": ""}]:
        result = run(command, *COMMANDS[command], environment=environment, prefix=prefix)
        assert result.returncode == 78, result
        assert f"{SYSTEM} {words}" in result.stderr and "AWS_CA_BUNDLE" in result.stderr


def test_a_machine_without_authorities_calls_an_emulator(start, upstream, tmp_path):
    """Without TLS no authority is needed."""
    gateway = start("serve", UNLIMITED, upstream_at(upstream.port), seeing({"/etc/ssl/certs": tmp_path}))
    assert gateway.get("/jobs/fine-1").status == 200
