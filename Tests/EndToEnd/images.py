"""The images built from deploy/Dockerfile itself, and containers of them.

No registry is asked: the name that the last stages begin with is mapped to a Debian root file system, and the stage that
compiles is replaced by a program that is compiled already. All other instructions run as they stand there.
"""

import json
import re
import subprocess
from pathlib import Path

from debian import ROOT
from gateway import BINARY, REPOSITORY

DOCKERFILE = REPOSITORY / "deploy/Dockerfile"
DEBIAN, COMPILED = "localhost/debian", "localhost/compiled"
# crun refuses to look at control groups of two versions side by side, though it is to use none: it is shown one version.
CGROUPS = ["unshare", "--mount", "sh", "-c", 'mount -t cgroup2 none /sys/fs/cgroup && exec "$@"', "--"]
REVISION = "0123456789abcdef0123456789abcdef01234567"


class Images:
    """A store of images of its own, in a folder."""

    def __init__(self, folder):
        self.folder = Path(folder)
        program = self.folder / "transcribe-gateway"
        subprocess.run(["strip", "-o", program, BINARY], check=True)
        self._base(DEBIAN, ROOT, "/")
        self._base(COMPILED, program, "/transcribe-gateway")
        self.dockerfile = self.folder / "Dockerfile"
        text, count = re.subn(r"^FROM \S+ AS build\n.*?(?=^FROM )", f"FROM {COMPILED} AS build\n",
                              DOCKERFILE.read_text().replace("# hadolint ignore=DL3006\n", ""), flags=re.M | re.S)
        assert count == 1
        self.dockerfile.write_text(text)

    def buildah(self, *arguments):
        store = ["--root", self.folder / "store", "--runroot", self.folder / "run", "--storage-driver", "vfs"]
        done = subprocess.run(["buildah", *store, *arguments], capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout.strip()

    def _base(self, name, source, place):
        container = self.buildah("from", "scratch")
        self.buildah("copy", "--quiet", container, source, place)
        self.buildah("commit", "--quiet", "--rm", container, name)

    def build(self, stage):
        """Builds the image of a stage, of the last one if it is empty, and returns its name."""
        name = f"localhost/gateway-{stage or 'default'}"
        target = ["--target", stage] if stage else []
        self.buildah("build-using-dockerfile", "--isolation", "chroot", "--format", "docker", "--pull-never", "--quiet",
                     "--ignorefile", REPOSITORY / ".dockerignore", "--build-arg", f"RUN_IMAGE={DEBIAN}",
                     "--build-arg", f"REVISION={REVISION}", *target, "--tag", name, "--file", self.dockerfile, REPOSITORY)
        return name

    def settings(self, name):
        """What the image says of itself: Env, User, Entrypoint, Cmd, Healthcheck, Labels."""
        return json.loads(self.buildah("inspect", "--type", "image", name))["Docker"]["config"]

    def files(self, name):
        """The folder with the files of an image."""
        return Path(self.buildah("mount", self.buildah("from", "--pull-never", name)))

    def compressed(self, name):
        """How many bytes a registry would hold of an image."""
        archive = self.folder / "archive.tar"
        self.buildah("push", "--quiet", name, f"oci-archive:{archive}")
        size = archive.stat().st_size
        archive.unlink()
        return size


class Container:
    """Runs an image as its own settings say, with a read-only root, without capabilities and on this machine's network."""

    def __init__(self, images, image, folder, environment):
        self.settings, self.folder, self.id = images.settings(image), Path(folder), Path(folder).name
        user, group = map(int, self.settings["User"].split(":"))
        variables = [*self.settings["Env"], *(f"{name}={value}" for name, value in environment.items())]
        plain = [{"destination": f"/etc/{name}", "type": "bind", "source": f"/etc/{name}", "options": ["bind", "ro"]}
                 for name in ("hosts", "resolv.conf")]
        bundle = {
            "ociVersion": "1.0.0",
            "root": {"path": str(images.files(image)), "readonly": True},
            "process": {
                "args": [*self.settings["Entrypoint"], *self.settings["Cmd"]], "env": variables, "cwd": "/",
                "user": {"uid": user, "gid": group}, "noNewPrivileges": True, "capabilities": {},
                "rlimits": [{"type": "RLIMIT_NOFILE", "hard": 16384, "soft": 16384}]},
            "mounts": [
                {"destination": "/proc", "type": "proc", "source": "proc"},
                {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]}, *plain],
            "linux": {"namespaces": [{"type": kind} for kind in ("pid", "mount", "ipc", "uts")]},
        }
        self.folder.mkdir()
        (self.folder / "config.json").write_text(json.dumps(bundle))
        self.log = open(self.folder / "log", "w")
        self.process = subprocess.Popen(
            [*self._crun("run"), "--bundle", self.folder, self.id], stdout=self.log, stderr=subprocess.STDOUT)

    def _crun(self, command):
        return [*CGROUPS, "crun", "--root", self.folder / "state", "--cgroup-manager=disabled", command]

    @property
    def is_healthy(self):
        """What the image's own health check says."""
        kind, *command = self.settings["Healthcheck"]["Test"]
        assert kind == "CMD"
        return subprocess.run([*self._crun("exec"), self.id, *command], capture_output=True, timeout=10).returncode == 0

    @property
    def status(self):
        """What the system says of its first process, by name."""
        state = json.loads(subprocess.run([*self._crun("state"), self.id], capture_output=True, check=True).stdout)
        lines = Path(f"/proc/{state['pid']}/status").read_text().splitlines()
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def stop(self):
        """Asks it to stop as its image says, and returns its exit status."""
        subprocess.run([*self._crun("kill"), self.id, self.settings.get("StopSignal", "SIGTERM")], check=True)
        status = self.process.wait(40)
        self.log.close()
        return status

    def kill(self):
        subprocess.run([*self._crun("delete"), "--force", self.id], capture_output=True)
        self.process.wait(10)
        self.log.close()
