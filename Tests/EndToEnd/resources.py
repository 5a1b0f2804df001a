"""What a process holds, from /proc (proc(5))."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Resources:
    """Open descriptors, threads, and resident memory in bytes."""

    descriptors: int
    threads: int
    resident: int


def resources(pid):
    folder = Path(f"/proc/{pid}")
    status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
    return Resources(
        descriptors=len(os.listdir(folder / "fd")), threads=int(status["Threads"]),
        resident=int(status["VmRSS"].split()[0]) << 10)


def processor_time(pid):
    """Seconds of processor time used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
