"""slowhttptest finds the service available in each of its modes, and its connections end."""

import re
import shutil
import subprocess

import pytest

from metrics import metric
from timeouts import eventually

TOOL = shutil.which("slowhttptest")
MODES = {"slow headers": ["-H"], "slow bodies": ["-B"], "ranges": ["-R", "-a", "1", "-b", "3000"]}


@pytest.mark.skipif(TOOL is None, reason="slowhttptest is not installed")
@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
def test_the_service_stays_available(serve, mode):
    gateway = serve({"listen.requestTimeout": "7s", "log.level": "notice"})
    result = subprocess.run(
        [TOOL, *mode, "-c", "500", "-r", "250", "-i", "1", "-x", "8", "-p", "2", "-l", "20",
         "-u", f"http://127.0.0.1:{gateway.port}/jobs/fine-1"], capture_output=True, text=True, timeout=60)
    report = re.sub(r"\x1b\[[0-9;]*m", "", result.stdout)
    assert set(re.findall(r"service available:\s+(\w+)", report)) == {"YES"}, report[-2000:] + result.stderr
    assert "Exit status: No open connections left" in report, report[-2000:]
    eventually(lambda: metric(gateway, "transcribe_gateway_connections") == 0, within=4)
    assert metric(gateway, "transcribe_gateway_connections_accepted_total") >= 500
    assert gateway.get("/jobs/fine-1").status == 200
