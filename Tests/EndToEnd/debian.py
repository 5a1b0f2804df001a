"""A Debian of its own to install into: a copy of the root file system that Tests/Debian/root makes."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from gateway import BINARY, REPOSITORY

ROOT = os.environ.get("DEBIAN_ROOT")
needs_root_system = pytest.mark.skipif(ROOT is None, reason="skipped: Tests/run --all makes a Debian to install into")


def make_package():
    """The Debian package of the program under test."""
    maintainer = {"DEBFULLNAME": "Operators", "DEBEMAIL": "operators@example.com"}
    made = subprocess.run(
        [REPOSITORY / "deploy/package", BINARY], capture_output=True, text=True, env=os.environ | maintainer)
    assert made.returncode == 0, made.stderr
    return REPOSITORY / made.stdout.strip()


class Debian:
    """What is run in it has a /proc and process numbers of its own, and nothing of this process' environment."""

    VARIABLES = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}

    def __init__(self, folder):
        self.root = Path(folder) / "debian"
        subprocess.run(["cp", "--archive", "--reflink=auto", ROOT, self.root], check=True)
        # Names are looked up as on this machine.
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")

    @property
    def inside(self):
        """A command that runs the one behind it in there."""
        return ["unshare", "--mount", "--pid", "--fork", "--kill-child", f"--mount-proc={self.root}/proc",
                "chroot", self.root]

    def run(self, *command, within=60, **environment):
        return subprocess.run([*self.inside, *command], capture_output=True, text=True, timeout=within,
                              env=self.VARIABLES | environment)

    def must(self, *command, **options):
        """Its output; a status other than 0 is an error."""
        done = self.run(*command, **options)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def remove(self):
        shutil.rmtree(self.root)
