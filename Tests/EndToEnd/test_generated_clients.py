"""Clients that are generated from openapi.yaml: none comes with a warning, and each works."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from examples import CLIENTS, example
from test_openapi import YAML

TOOLS = Path(sys.executable).parent


def run(*command, folder, **variables):
    """A command that says nothing of warnings. Tools of the same environment are found."""
    environment = os.environ | {"PATH": f"{TOOLS}:{os.environ['PATH']}", "PYTHONPATH": str(folder)} | variables
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    assert "warning" not in (result.stdout + result.stderr).lower(), result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """The folder of the package that openapi-python-client makes."""
    folder = tmp_path_factory.mktemp("client")
    run(TOOLS / "openapi-python-client", "generate", "--path", YAML, "--meta", "none", "--output-path",
        folder / "transcribe_gateway", folder=folder)
    return folder


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """The folder of the module that datamodel-code-generator makes."""
    folder = tmp_path_factory.mktemp("models")
    run(TOOLS / "datamodel-codegen", "--input", YAML, "--input-file-type", "openapi", "--output", folder / "models.py",
        "--output-model-type", "pydantic_v2.BaseModel", "--formatters", "builtin", folder=folder)
    return folder


CALLS = """
import json, os
from transcribe_gateway import Client
from transcribe_gateway.api.jobs import get_job, get_jobs
from transcribe_gateway.models import Job, JobMember, JobMembers, MissingJob, Problem, ProblemCode, View

with Client(base_url=os.environ["G"]) as client:
    job = get_job.sync("fine-1", client=client)
    assert isinstance(job, Job) and (job.name, job.status, job.done) == ("fine-1", "COMPLETED", True), job
    assert job.completed_at.year == 2026
    some = get_job.sync("fine-1", client=client, fields=[JobMember.STATUS, JobMember.DONE])
    assert isinstance(some, JobMembers) and some.to_dict() == {"status": "COMPLETED", "done": True}, some
    assert get_job.sync("fine-1", client=client, view=View.FULL).specialty == "PRIMARYCARE"
    assert get_job.sync("running-1", client=client, wait=0).done is False
    found = get_jobs.sync(client=client, name=["fine-1", "missing-1"])
    assert isinstance(found.jobs[0], Job) and isinstance(found.jobs[1], MissingJob), found
    assert found.jobs[1].problem.code is ProblemCode.JOB_NOT_FOUND
    problem = get_job.sync("missing-1", client=client)
    assert isinstance(problem, Problem) and problem.code is ProblemCode.JOB_NOT_FOUND and problem.status == 404
    tag = get_job.sync_detailed("fine-1", client=client).headers["ETag"]
    assert get_job.sync_detailed("fine-1", client=client, if_none_match=tag).status_code == 304
    print("done")
"""


def test_a_client_of_openapi_python_client(client, gateway):
    assert run(sys.executable, "-c", CALLS, folder=client, G=f"http://127.0.0.1:{gateway.port}") == "done\n"


def test_the_example_for_it_does_what_it_says(client, gateway):
    text = example(CLIENTS, "python", 1)
    assert "127.0.0.1:8080" in text
    done = run(sys.executable, "-c", text.replace(":8080", f":{gateway.port}"), folder=client)
    assert done == "COMPLETED\n"


def test_the_commands_for_it_take_the_description_from_the_gateway(gateway, tmp_path):
    run("bash", "-ec", example(CLIENTS, "sh", 1), folder=tmp_path, G=f"http://127.0.0.1:{gateway.port}")
    assert (tmp_path / "transcribe_gateway/api/jobs/get_job.py").exists() and (tmp_path / "models.py").exists()


def test_its_function_takes_what_a_look_up_takes(client):
    """In the order in which a reader thinks of them, and nothing that only proxies and browsers send."""
    signature = run(sys.executable, "-c", "import inspect; from transcribe_gateway.api.jobs import get_job; "
                    "print(*inspect.signature(get_job.sync).parameters)", folder=client).split()
    assert signature == ["name", "client", "fields", "view", "wait", "format_", "if_none_match", "cache_control"]
    assert sorted(path.stem for path in (client / "transcribe_gateway/api/jobs").glob("get_*.py")) == [
        "get_job", "get_job_events", "get_jobs"]


def test_the_models_of_datamodel_code_generator(models, gateway):
    answers = {name: gateway.get(target).body.decode() for name, target in {
        "Job": "/jobs/fine-1", "JobMembers": "/jobs/fine-1?fields=status", "Jobs": "/jobs?name=fine-1,missing-1",
        "Problem": "/jobs/missing-1"}.items()}
    read = """
import json, os
import models
answers = json.loads(os.environ["ANSWERS"])
job, members, jobs, problem = (getattr(models, name).model_validate_json(text) for name, text in answers.items())
assert (job.name, job.status, job.done) == ("fine-1", "COMPLETED", True) and job.completedAt.year == 2026
assert members.status == "COMPLETED" and members.name is None
assert isinstance(jobs.jobs[0], models.Job) and isinstance(jobs.jobs[1], models.MissingJob)
assert (jobs.jobs[1].name, jobs.jobs[1].problem.code) == ("missing-1", "job-not-found")
assert (problem.code, problem.status) == ("job-not-found", 404)
new = json.loads(answers["Problem"]) | {"code": "some-new-kind", "type": "/problems/some-new-kind"}
assert models.Problem.model_validate(new).code == "some-new-kind"
print("done")
"""
    assert run(sys.executable, "-c", read, folder=models, ANSWERS=json.dumps(answers)) == "done\n"
