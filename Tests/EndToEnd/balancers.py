"""nginx, HAProxy and Envoy as processes, with the configurations of deploy/BALANCERS.md or others."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gateway import REPOSITORY
from ports import is_open
from timeouts import eventually

# What a file of /etc/nginx/conf.d stands in; Debian's own names folders that only root may write.
NGINX = """
daemon off;
pid {directory}/nginx.pid;
error_log {directory}/nginx.log;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
{blocks}
}}
"""
RUN = {"nginx": ["-c"], "haproxy": ["-db", "-f"], "envoy": ["--log-level", "error", "--use-dynamic-base-id", "-c"]}
CHECK = {"nginx": ["-t", "-c"], "haproxy": ["-c", "-f"], "envoy": ["--mode", "validate", "-c"]}


def program(name):
    """Where it is; Debian's servers lie where only root looks, Envoy beside Python. Skips where it is not installed."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:{Path(sys.executable).parent}")
    if found is None:
        pytest.skip(f"skipped: no {name} on this machine")
    return found


def block(title, language):
    """The configuration in the section of this title."""
    section = (REPOSITORY / "deploy/BALANCERS.md").read_text().split(f"\n## {title}\n")[1].split("\n## ")[0]
    (text,) = re.findall(rf"(?ms)^```{language}\n(.+?)^```", section)
    return text


def configuration(name, directory, port, replicas):
    """The file with the page's block for the balancer, with this port and those of the two replicas in their places."""
    title, language = {"nginx": ("nginx", "nginx"), "haproxy": ("HAProxy", "haproxy"), "envoy": ("Envoy", "yaml")}[name]
    text = block(title, language)
    for mark, own in [("listen 80;", f"listen 127.0.0.1:{port};"), ("bind :80\n", f"bind 127.0.0.1:{port}\n"),
                      ("address: 0.0.0.0, port_value: 80}", f"address: 127.0.0.1, port_value: {port}}}")]:
        text = text.replace(mark, own)
    assert str(port) in text
    lines = [with_ports(line, replicas) for line in text.splitlines(keepends=True)]
    return written(name, directory, "".join(lines))


def with_ports(line, replicas):
    number = re.search("gateway-([12])", line)
    if number is None:
        return line
    return line.replace(number[0], "127.0.0.1").replace("8080", str(replicas[int(number[1]) - 1]))


def written(name, directory, text):
    path = directory / f"balancer-{name}{'.yaml' if name == 'envoy' else '.conf'}"
    path.write_text(NGINX.format(directory=directory, blocks=text) if name == "nginx" else text)
    return path


@contextlib.contextmanager
def running(name, path, port):
    """The balancer, from when it listens on the port until the end of the block."""
    process = subprocess.Popen(
        [program(name), *RUN[name], path], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        eventually(lambda: is_open(port) or process.poll() is not None, within=20)
        assert process.poll() is None, process.stderr.read()
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
