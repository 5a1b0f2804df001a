"""The gateway's role comes from moto's STS and is used with moto's Transcribe; both check signatures."""

import json

import pytest

from gateway import run
from moto_server import READS_JOBS

TRUSTS_ANYONE = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
})


@pytest.fixture(scope="module")
def actors(moto):
    """A role that may read jobs, a user that may only assume roles, and one without rights; each call is checked."""
    moto.post("reset-auth", b"inf")
    iam = moto.client("iam")
    role = iam.create_role(RoleName="jobs", AssumeRolePolicyDocument=TRUSTS_ANYONE)["Role"]["Arn"]
    statement = {"Effect": "Allow", "Action": READS_JOBS, "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName="jobs", PolicyName="jobs", PolicyDocument=policy)
    actors = {"role": role, "caller": moto.user("caller", ["sts:AssumeRole"]), "powerless": moto.user("powerless", [])}
    moto.post("reset-auth", b"0")
    moto.job_in("COMPLETED", "visit.1")
    return actors


@pytest.fixture
def profile(moto, actors, tmp_path):
    """The environment of a gateway whose profile assumes the role as this user."""
    def profile(user, key=None, secret=None):
        folder = tmp_path / ".aws"
        folder.mkdir()
        key, secret = key or actors[user][0], secret or actors[user][1]
        (folder / "config").write_text(f"[profile gateway]\nrole_arn = {actors['role']}\nsource_profile = base\n")
        (folder / "credentials").write_text(f"[base]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n")
        return environment(moto, tmp_path) | {"AWS_PROFILE": "gateway"}
    return profile


def test_a_profile_assumes_a_role(start, moto, profile):
    gateway = start(environment=profile("caller"))
    answer = gateway.get("/jobs/visit.1")
    assert (answer.status, answer.json["status"]) == (200, "COMPLETED")


def test_a_web_identity_assumes_a_role(start, moto, actors, tmp_path):
    token = tmp_path / "token"
    token.write_text("head.body.sign")
    # moto wants even this call signed, which it never is. It comes once for the check before the start and once for the
    # first refresh; all calls after these two are checked.
    moto.post("reset-auth", b"2")
    gateway = start(environment=environment(moto, tmp_path) | {
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(token), "AWS_ROLE_ARN": actors["role"]})
    answer = gateway.get("/jobs/visit.1")
    assert (answer.status, answer.json["status"]) == (200, "COMPLETED")
    stranger = start(environment=environment(moto, tmp_path) | {
        "AWS_ACCESS_KEY_ID": actors["powerless"][0], "AWS_SECRET_ACCESS_KEY": actors["powerless"][1]})
    assert stranger.get("/jobs/visit.1").status == 502


@pytest.mark.parametrize("user, secret, reason", [
    ("powerless", None, "does not allow it"),
    ("caller", "a" * 40, "secret access key"),
], ids=["a user without permission", "a wrong secret"])
def test_a_role_that_is_refused_is_named_before_anything_listens(actors, profile, user, secret, reason):
    result = run("serve", environment=profile(user, secret=secret))
    assert result.returncode == 78
    assert actors["role"] in result.stderr and reason in result.stderr
    assert actors[user][1] not in result.stderr + result.stdout


def environment(moto, home):
    """All services at moto, and no source of credentials on this machine."""
    return {
        "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": moto.url, "HOME": str(home),
        "AWS_EC2_METADATA_DISABLED": "true",
    }
