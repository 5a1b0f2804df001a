"""What people use today, from Debian's packages, each as a cache in front of the upstream with its log off."""

import contextlib
import os
import shutil

from servers import free_port, listening, server_cores

NGINX = """
daemon off;
pid {directory}/nginx.pid;
error_log {directory}/nginx.log;
worker_processes {threads};
events {{ worker_connections 4096; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  {options}
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  proxy_cache_path {directory}/cache keys_zone=jobs:10m max_size=256m use_temp_path=off;
  upstream jobs {{ server 127.0.0.1:{upstream}; keepalive 256; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{
      proxy_pass http://jobs;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_cache jobs;
    }}
  }}
}}
"""

HAPROXY = """
global
  nbthread {threads}
  maxconn 4096
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
cache jobs
  total-max-size 64
  max-age 600
frontend clients
  bind 127.0.0.1:{port}
  http-request cache-use jobs
  http-response cache-store jobs
  default_backend jobs
backend jobs
  http-reuse always
  server upstream 127.0.0.1:{upstream}
"""


@contextlib.contextmanager
def nginx(program, upstream, threads, directory, options=""):
    port = free_port()
    configuration = write(f"{directory}/nginx.conf", NGINX, directory, port, upstream, threads, options)
    with listening([program, "-c", configuration], port, server_cores(threads)) as server:
        yield server


@contextlib.contextmanager
def haproxy(program, upstream, threads, directory):
    port = free_port()
    configuration = write(f"{directory}/haproxy.cfg", HAPROXY, directory, port, upstream, threads)
    with listening([program, "-db", "-f", configuration], port, server_cores(threads)) as server:
        yield server


@contextlib.contextmanager
def varnish(program, upstream, threads, directory):
    """Its threads wait for the core that they have; its log goes to memory, as always."""
    port = free_port()
    command = [
        program, "-F", "-j", "none", "-n", f"{directory}/varnish", "-a", f"127.0.0.1:{port}",
        "-b", f"127.0.0.1:{upstream.port}", "-s", "malloc,64m", "-T", "none", "-p", f"thread_pools={min(threads, 2)}"]
    with listening(command, port, server_cores(threads)) as server:
        yield server


def nginx_with_open_files(program, upstream, threads, directory):
    """It need not open a cached file for each hit, and finds out within a minute that one was changed."""
    return nginx(program, upstream, threads, directory, "open_file_cache max=1000;")


def write(path, template, directory, port, upstream, threads, options=""):
    with open(path, "w") as file:
        file.write(template.format(
            directory=directory, port=port, upstream=upstream.port, threads=threads, options=options))
    return path


# Name, program, how it is started.
PEERS = [
    ("nginx `proxy_cache`", "nginx", nginx),
    ("nginx `proxy_cache`, `open_file_cache`", "nginx", nginx_with_open_files),
    ("HAProxy cache", "haproxy", haproxy),
    ("Varnish", "varnishd", varnish),
]


def path_of(program):
    """None if it is not installed. Debian's servers lie where only root looks."""
    return shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
