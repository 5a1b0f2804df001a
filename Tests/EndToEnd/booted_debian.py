"""A Debian whose systemd runs, beside this machine's own system."""

import errno
import os
import re
import signal
import subprocess
from pathlib import Path

from debian import Debian
from timeouts import eventually


class BootedDebian(Debian):
    """Its systemd runs after `boot`, in namespaces and a control group of its own."""

    init = None

    def boot(self):
        self.group = control_groups() / f"transcribe-gateway-tests-{os.getpid()}"
        self.group.mkdir()
        namespaces = ["--mount", "--pid", "--uts", "--ipc", "--net", "--cgroup", "--fork", "--kill-child"]
        script = f'echo $$ > "$0/cgroup.procs" && exec unshare {" ".join(namespaces)} "$@"'
        boot = Path(__file__).parents[1] / "Debian/boot"
        self.process = subprocess.Popen(["sh", "-c", script, self.group, boot, self.root], stdin=subprocess.DEVNULL)
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        self.init = eventually(lambda: children.read_text().strip())
        # Once its bus answers, and all has started or failed that starts by itself.
        eventually(lambda: self.state in ("running", "degraded"), within=60, every=0.2)

    @property
    def state(self):
        return self.run("systemctl", "is-system-running").stdout.strip()

    @property
    def inside(self):
        if self.init is None:
            return super().inside
        return ["nsenter", "--target", self.init, "--mount", "--pid", "--uts", "--ipc", "--net", "--cgroup", "--root"]

    def fetch(self, url):
        """What a program of this machine gets there."""
        command = ["nsenter", "--target", self.init, "--net", "curl", "-s", url]
        return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout

    def remove(self):
        if self.init is not None:
            os.kill(int(self.init), signal.SIGKILL)
            self.process.wait(10)
            for folder, _, _ in os.walk(self.group, topdown=False):
                eventually(lambda: removed(folder))
        super().remove()


def control_groups():
    """Where the control groups of version 2 are mounted."""
    mounts = Path("/proc/self/mountinfo").read_text()
    return Path(re.search(r"^\S+ \S+ \S+ / (\S+) .* - cgroup2 ", mounts, re.MULTILINE)[1])


def removed(folder):
    """Removes a control group, as soon as no process is in it."""
    try:
        os.rmdir(folder)
    except OSError as error:
        return error.errno != errno.EBUSY
    return True
