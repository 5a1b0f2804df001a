"""`doctor` says where the credentials come from and whether a look-up would work."""

import contextlib

import pytest

from black_hole import BlackHole
from container_agent import ContainerAgent
from doctor import SECRET, doctor, findings
from gateway import run, upstream_at

NOWHERE = "http://127.0.0.1:1"
UNKNOWN_IDENTITY = {"AWS_ENDPOINT_URL_STS": NOWHERE}


@pytest.fixture
def aws(upstream):
    return upstream_at(upstream.port) | UNKNOWN_IDENTITY


def test_names_the_selected_source_and_the_endpoint(aws, upstream):
    result = doctor(environment=aws)
    assert (result.returncode, result.stderr) == (0, "")
    found = findings(result)
    assert found["environment"] == "found"
    assert "AKID… (long-lived)" in result.stdout and "AKIDEXAMPLE" not in result.stdout
    assert found["expiration"] == "none"
    assert found["region"] == "us-east-1 (AWS_REGION)"
    assert found["endpoint"] == f"http://127.0.0.1:{upstream.port} (AWS_ENDPOINT_URL_TRANSCRIBE)"
    assert found["clock"] == "agrees with AWS's"
    assert found["STS"] == f"{NOWHERE} (AWS_ENDPOINT_URL_STS)"
    assert found["ARN"].startswith("not known: AWS STS at 127.0.0.1:1")
    assert result.stdout.endswith("A look-up would work.\n")
    assert not upstream.calls


@pytest.mark.parametrize("job, status, words", [
    ("fine-1", 0, "credentials and permission work; the job is COMPLETED"),
    ("missing-1", 0, "credentials and permission work; AWS knows no such job"),
    ("denied-1", 1, "lack the permission transcribe:GetMedicalTranscriptionJob (AccessDeniedException)"),
    ("badrequest-1", 1, "refuses the request as a bad one"),
    ("500-1", 1, "an error of its own"),
    ("nojob-1", 1, "is not Amazon Transcribe"),
    ("reset-1", 1, "the connection was closed"),
])
def test_says_what_the_outcome_of_a_call_means(aws, job, status, words):
    result = doctor("--job", job, environment=aws)
    assert (result.returncode, result.stderr) == (status, "")
    assert words in findings(result)["outcome"]
    assert ("A look-up would work." in result.stdout) == (status == 0)
    assert "secret-words" not in result.stdout


def test_names_the_signer_and_what_a_user_may_not_do(moto):
    def examine(key):
        environment = upstream_at(moto.port, *key) | {"AWS_ENDPOINT_URL_STS": moto.url}
        return doctor("--set", "upstream.timeout=20s", "--job", "visit.unknown", environment=environment)

    result = examine(moto.reader)
    assert result.returncode == 0, result.stdout
    assert findings(result)["ARN"].endswith(":user/reader")
    result = examine(moto.stranger)
    assert result.returncode == 1 and "transcribe:GetMedicalTranscriptionJob" in result.stdout
    result = examine((moto.reader[0], "wrong" + moto.reader[1][5:]))
    assert result.returncode == 1 and "AWS STS rejects the credentials (SignatureDoesNotMatch)" in result.stdout


def test_leaves_the_decision_to_amazon_transcribe(aws, agent):
    """Where an STS that does not know the credentials is not the AWS that is asked."""
    agent.refusal = b"<ErrorResponse><Error><Code>InvalidClientTokenId</Code></Error></ErrorResponse>"
    for arguments in [], ["--job", "fine-1"]:
        result = doctor(*arguments, environment=aws | {"AWS_ENDPOINT_URL_STS": agent.url})
        assert result.returncode == 0, result.stdout
        assert findings(result)["ARN"] == "AWS STS rejects the credentials (InvalidClientTokenId)"


def test_says_why_each_source_gave_nothing():
    with BlackHole() as hole:
        environment = {"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": NOWHERE,
                       "AWS_EC2_METADATA_SERVICE_ENDPOINT": hole.url}
        result = doctor(environment=environment)
    assert result.returncode == 1
    for words in ["AWS_ACCESS_KEY_ID is not set", "there is no profile 'default'", "AWS_WEB_IDENTITY_TOKEN_FILE",
                  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "hop limit", "cannot be asked"]:
        assert words in result.stdout
    assert "A look-up would fail." in result.stdout


def test_takes_region_endpoint_and_keys_from_a_profile(tmp_path, upstream):
    config = tmp_path / "config"
    config.write_text(
        f"[profile ward]\nregion = eu-west-1\nendpoint_url = http://127.0.0.1:{upstream.port}\n"
        f"aws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = {SECRET}\n")
    environment = {"AWS_CONFIG_FILE": str(config), "AWS_PROFILE": "ward"} | UNKNOWN_IDENTITY
    result = doctor("--job", "fine-1", environment=environment)
    assert result.returncode == 0, result.stdout
    found = findings(result)
    assert found["region"] == f"eu-west-1 (profile 'ward' in {config}, line 2)"
    assert found["endpoint"].endswith(f"(profile 'ward' in {config}, line 3)")
    checked = run("check", environment=environment)
    rows = [line.split() for line in checked.stdout.splitlines()]
    assert ["AWS_REGION", "=", "eu-west-1", "(profile", "'ward'", "in", f"{config},", "line", "2)"] in rows


def test_takes_the_role_of_a_container(aws, agent):
    environment = {name: value for name, value in aws.items() if "KEY" not in name}
    environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = agent.url
    result = doctor("--job", "fine-1", environment=environment)
    assert result.returncode == 0, result.stdout
    found = findings(result)
    assert found["container"] == "found" and "AKID… (temporary)" in result.stdout
    assert found["expiration"].endswith(("in 5 h 59 min", "in 6 h"))


@pytest.mark.parametrize("ahead, words", [(0, "agrees"), (-600, "is 10 min ahead of"), (100, "behind")])
def test_compares_the_clocks(aws, agent, ahead, words):
    agent.ahead = ahead
    result = doctor(environment=aws | {"AWS_ENDPOINT_URL_TRANSCRIBE": agent.url})
    assert result.returncode == 0
    assert words in findings(result)["clock"]


def test_needs_a_region_and_a_good_name(aws):
    result = doctor(environment=aws | {"AWS_REGION": ""})
    assert result.returncode == 78 and "AWS_REGION" in result.stderr and "found" in result.stdout
    result = doctor("--job", "no such name", environment=aws)
    assert result.returncode == 64 and "Character 3" in result.stderr


@pytest.fixture
def agent():
    with contextlib.closing(ContainerAgent()) as agent:
        yield agent
