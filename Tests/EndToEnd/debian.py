"""A Debian of its own to install into: a copy of the root file system that Tests/Debian/root makes."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = os.environ.get("DEBIAN_ROOT")
needs_root_system = pytest.mark.skipif(ROOT is None, reason="skipped: Tests/run --all makes a Debian to install into")


class Debian:
    """What is run in it has a /proc and process numbers of its own, and nothing of this process' environment."""

    def __init__(self, folder):
        self.root = Path(folder) / "debian"
        subprocess.run(["cp", "--archive", "--reflink=auto", ROOT, self.root], check=True)
        # Names are looked up as on this machine.
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")

    def run(self, *command, within=60, **environment):
        variables = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
        inside = ["unshare", "--mount", "--pid", "--fork", "--kill-child", f"--mount-proc={self.root}/proc",
                  "chroot", self.root]
        return subprocess.run([*inside, *command], capture_output=True, text=True, timeout=within,
                              env=variables | environment)

    def must(self, *command, **options):
        """Its output; a status other than 0 is an error."""
        done = self.run(*command, **options)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def remove(self):
        shutil.rmtree(self.root)
