"""The gateway against raw requests that others collected: shared/http1 says which, and what each may be answered."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway import REPOSITORY

CORPUS = Path(os.environ.get("SHARED", REPOSITORY.parent / "shared")) / "http1/run.py"


@pytest.mark.parametrize("target", ["/jobs/visit-42", "/jobs/visit-42/events"])
def test_the_corpus_passes(start, target):
    if not CORPUS.exists():
        assert os.environ.get("CI") != "true", f"no corpus at {CORPUS}"
        pytest.skip(f"no corpus at {CORPUS}")
    gateway = start("demo", {"limits.client.rate": "1000000/s", "listen.requestTimeout": "5s"})
    result = subprocess.run(
        [sys.executable, CORPUS, "--port", str(gateway.port), "--target", target, "--as-get"],
        capture_output=True, text=True, timeout=120)
    print(result.stdout)
    assert ", 0 failed" in result.stdout.splitlines()[-1], result.stdout + result.stderr
    assert result.returncode == 0
    assert gateway.get("/jobs/visit-42").status == 200
