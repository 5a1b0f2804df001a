"""Where the configuration comes from, and what a process is that was started in an unusual way."""

import json
import os
import re
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gateway import BINARY, REPOSITORY, clean_environment, run, upstream_at
from ports import held

AWS = {"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "a-secret-of-the-tests"}
BAD_CONFIGURATION, NO_OUTPUT, NOT_NOW = 78, 74, 75
VERSION = re.search(r"^  version: (.+)$", (REPOSITORY / "openapi.yaml").read_text(), re.MULTILINE)[1]


def rows(report):
    """(value, source) by key."""
    return {row["key"]: (row["value"], row["source"]) for row in map(re.compile(
        r"(?P<key>\S.*?) += (?P<value>.*?) +\((?P<source>[^()]*?)(?:; restart)?\)$").match, report.splitlines())}


# Where the file is

@pytest.fixture
def file(tmp_path):
    path = tmp_path / "gateway.json"
    path.write_text(json.dumps({"cache": {"ttl": {"running": "7s"}}}))
    return path


def test_the_file_that_the_environment_names_is_seen_by_every_command(start, tmp_path):
    path = tmp_path / "gateway.json"
    with held() as port:
        path.write_text(json.dumps({"admin": {"port": port}}))
        environment = AWS | {"GATEWAY_CONFIG": str(path)}
        report = run("check", environment=environment)
        assert rows(report.stdout)["admin.port"] == (str(port), str(path))
        assert run("health", environment=environment).returncode == 1
        command = [BINARY, "serve", "--set", "listen.port=0", "--set", "log.format=json"]
        with subprocess.Popen(command, env=clean_environment(environment), stdout=subprocess.PIPE, text=True) as process:
            listening = next(line for line in map(json.loads, process.stdout) if line["message"] == "listening")
            assert listening["adminPort"] == str(port)
            assert run("health", environment=environment).returncode == 0
            process.terminate()


@pytest.mark.parametrize("path", ["-", "/dev/stdin"])
@pytest.mark.parametrize("kind", ["pipe", "file"])
def test_the_file_may_be_standard_input(file, path, kind):
    given = {"pipe": {"input": file.read_bytes()}, "file": {"stdin": file.open("rb")}}[kind]
    result = subprocess.run(
        [BINARY, "check", "--config", path], env=clean_environment(AWS), capture_output=True, timeout=10, **given)
    name = {"-": "standard input"}.get(path, path)
    assert rows(result.stdout.decode())["cache.ttl.running"] == ("7s", name)


def test_the_file_may_be_a_pipe(file):
    reader, writer = os.pipe()
    os.write(writer, file.read_bytes())
    os.close(writer)
    result = subprocess.run(
        [BINARY, "check", "--config", f"/dev/fd/{reader}"], env=clean_environment(AWS), capture_output=True, text=True,
        timeout=10, pass_fds=[reader])
    os.close(reader)
    assert rows(result.stdout)["cache.ttl.running"][0] == "7s", result


@pytest.mark.parametrize("content, sentence", [
    ('{"listen": {\n  "port": 1,\n  "port": 2}}', "listen.port is given twice, in {}, lines 2 and 3; give it once."),
    ('{"listen": {\n  "port": 8080,\n}}',
     "The configuration file {} is not valid JSON: line 3, column 1 should have a name in double quotes."),
], ids=["a member given twice", "a comma too many"])
def test_a_fault_of_the_file_is_told_with_its_place(file, content, sentence):
    file.write_text(content)
    result = run("check", "--config", str(file), environment=AWS)
    assert (result.returncode, result.stderr) == (BAD_CONFIGURATION, sentence.format(file) + "\n")


def test_an_option_that_is_given_twice_is_refused_once():
    result = run("check", *["--set", "listen.port=1"] * 3, environment=AWS)
    assert result.stderr == "listen.port is given twice, both times by --set listen.port; give it once.\n"
    result = run("check", "--port", "1", "--port", "2", environment=AWS)
    assert result.stderr == "listen.port is given twice, both times by --port; give it once.\n"


def test_an_empty_variable_counts_as_unset():
    empty = {"GATEWAY_LISTEN_PORT": "", "GATEWAY_CONFIG": "", "GATEWAY_NO_SETTING": "", "AWS_MAX_ATTEMPTS": ""}
    result = run("check", environment=AWS | empty)
    assert (result.returncode, result.stderr) == (0, "")
    assert rows(result.stdout)["listen.port"] == ("8080", "default")


# AWS's settings

@pytest.fixture
def profile(tmp_path):
    """Writes a profile called ward and gives the variables that select it, and its file."""
    path = tmp_path / "config"

    def profile(*lines):
        path.write_text("\n".join(["[profile ward]", *lines, ""]))
        return {"AWS_PROFILE": "ward", "AWS_CONFIG_FILE": str(path)}, path

    return profile


def test_check_shows_what_the_profile_says_with_its_file(profile):
    variables, path = profile("region = us-gov-west-1", "use_fips_endpoint = true")
    result = run("check", environment=variables | {"AWS_RETRY_MODE": "adaptive", "AWS_MAX_ATTEMPTS": "5"})
    shown, source = rows(result.stdout), f"profile 'ward' in {path}, line"
    assert shown["AWS_REGION"] == ("us-gov-west-1", f"{source} 2")
    assert shown["AWS_USE_FIPS_ENDPOINT"] == ("true", f"{source} 3")
    assert shown["transcribe endpoint"] == ("https://fips.transcribe.us-gov-west-1.amazonaws.com", "by the region")
    assert shown["AWS_ENDPOINT_URL"] == ("none", "default")
    assert shown["upstream.attempts"] == ("5", "AWS_MAX_ATTEMPTS")
    assert "AWS_RETRY_MODE" in result.stdout and "(ignored)" in result.stdout and "adaptive" not in result.stdout


@pytest.mark.parametrize("line, key, allowed", [
    ("region = Frankfurt", "region", "the name of an AWS region"),
    ("region = eu-west-1\nuse_fips_endpoint = yes", "use_fips_endpoint", "true or false"),
    ("region = eu-west-1\nendpoint_url = localhost:4566", "endpoint_url", "a URL"),
], ids=["region", "FIPS", "endpoint"])
@pytest.mark.parametrize("command", ["check", "serve"])
def test_a_bad_setting_of_a_profile_is_told_with_key_file_and_profile(profile, command, line, key, allowed):
    variables, path = profile(line, "aws_access_key_id = AKIDEXAMPLE", "aws_secret_access_key = nobodysSecret")
    result = run(command, environment=variables)
    assert result.returncode == BAD_CONFIGURATION
    number = 2 + line.count("\n")
    assert result.stderr.startswith(f"{key} of profile 'ward' in {path}, line {number} must be {allowed}"), result.stderr


def test_check_names_the_variable_that_selects_the_profile(profile):
    variables, path = profile("region = eu-west-1")
    variables["AWS_DEFAULT_PROFILE"] = variables.pop("AWS_PROFILE")
    shown = rows(run("check", environment=variables).stdout)
    assert shown["AWS_PROFILE"] == ("ward", "AWS_DEFAULT_PROFILE")


def test_a_profile_may_have_the_endpoints_ignored(profile):
    variables, path = profile("region = eu-west-1", "endpoint_url = http://a", "ignore_configured_endpoint_urls = true")
    shown = rows(run("check", environment=variables).stdout)
    assert shown["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] == ("true", f"profile 'ward' in {path}, line 4")
    assert shown["transcribe endpoint"] == ("https://transcribe.eu-west-1.amazonaws.com", "by the region")


@pytest.mark.parametrize("selected_by", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
def test_check_refuses_a_profile_that_is_missing_as_serve_does(profile, selected_by):
    variables, _ = profile()
    variables = {"AWS_CONFIG_FILE": variables["AWS_CONFIG_FILE"], "AWS_REGION": "eu-west-1", selected_by: "typo"}
    results = [run(command, environment=variables) for command in ("check", "serve")]
    assert [result.returncode for result in results] == [BAD_CONFIGURATION] * 2
    assert all("typo" in result.stderr for result in results) and results[0].stdout == ""
    assert run("check", environment=AWS | variables).returncode == 0


@pytest.mark.parametrize("attempts, shown", [(" ", ("3", "default")), ("5 ", ("5", "AWS_MAX_ATTEMPTS"))])
def test_blanks_around_the_attempts_of_aws_are_nothing(attempts, shown):
    assert rows(run("check", environment=AWS | {"AWS_MAX_ATTEMPTS": attempts}).stdout)["upstream.attempts"] == shown


# Secrets in the wrong place or form

@pytest.mark.parametrize("variable, value", [
    ("GATEWAY_CONFIG", '{"log": {"nameKey": "hunter2-hunter2-hunter2"}}'),
    ("AWS_ENDPOINT_URL", "user:hunter2@proxy:8080"), ("AWS_ENDPOINT_URL", "https:/user:hunter2@proxy"),
])
def test_a_mistake_shows_no_secret(variable, value):
    result = run("check", environment=AWS | {variable: value})
    assert result.returncode == BAD_CONFIGURATION
    assert result.stderr.startswith(variable) and "hunter2" not in result.stderr


def test_a_key_of_bytes_that_are_not_text_is_refused():
    result = run("check", environment=AWS | {"GATEWAY_LOG_NAME_KEY": os.fsdecode(bytes(range(0xE0, 0x100)))})
    assert result.returncode == BAD_CONFIGURATION
    assert "in hexadecimal or base64" in result.stderr


# The program's name

def test_version_names_the_libraries():
    result = run("--version")
    program, *libraries = result.stdout.splitlines()
    assert re.fullmatch(rf"transcribe-gateway {re.escape(VERSION)} \(revision [\w.-]+\)", program)
    assert [re.match(r"\w+ \d+\.\d+\.\d+", library) is not None for library in libraries] == [True, True]
    assert [library.split()[0] for library in libraries] == ["libmicrohttpd", "libcurl"]


def test_the_first_line_of_the_log_names_program_and_upstream(start, upstream):
    line = start("serve", environment=upstream_at(upstream.port) | {"AWS_PAGER": "less"}).wait_for_line(message="listening")
    assert line["version"] == VERSION and line["revision"]
    assert (line["region"], line["regionSource"]) == ("us-east-1", "AWS_REGION")
    assert (line["endpoint"], line["endpointSource"]) == (
        f"http://127.0.0.1:{upstream.port}", "AWS_ENDPOINT_URL_TRANSCRIBE")


def test_the_demonstration_names_itself_as_the_source(start):
    line = start("demo").wait_for_line(message="listening")
    assert (line["regionSource"], line["endpointSource"]) == ("demonstration", "demonstration")


class Recorder(ThreadingHTTPServer):
    """Keeps the header fields of every request; gives credentials to a GET and a refusal to all else."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), RecordingHandler)
        self.seen = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()


class RecordingHandler(BaseHTTPRequestHandler):
    def answer(self):
        self.server.seen.append((self.command, {name.lower(): value for name, value in self.headers.items()}))
        content = json.dumps({
            "AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": "nobodysSecret", "Token": "t",
            "Expiration": "2099-01-01T00:00:00Z"}).encode()
        self.send_response(200 if self.command == "GET" else 400)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = answer

    def log_message(self, *_):
        pass


def test_every_call_to_aws_says_who_calls():
    recorder = Recorder()
    run("doctor", "--job", "visit-1", environment={
        "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": recorder.url,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{recorder.url}/credentials"})
    recorder.shutdown()
    assert {command for command, _ in recorder.seen} == {"GET", "HEAD", "POST"}
    assert {fields.get("user-agent") for _, fields in recorder.seen} == {f"transcribe-gateway/{VERSION}"}
    signed = [fields["authorization"] for command, fields in recorder.seen if command == "POST"]
    assert len(signed) >= 2 and not any("user-agent" in text for text in signed)


# Output that cannot be written

COMMANDS = [["check"], ["doctor"], ["--version"], ["--help"], ["help", "serve"]]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_output_that_finds_no_room_is_a_failure(command):
    with open("/dev/full", "wb") as full:
        result = subprocess.run(
            [BINARY, *command], env=clean_environment(unreachable()), stdout=full, stderr=subprocess.PIPE, timeout=20)
    assert (result.returncode, result.stderr) == (NO_OUTPUT, b"The output cannot be written: No space left on device.\n")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_so_is_output_that_is_closed(command):
    result = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", BINARY, *command], env=clean_environment(unreachable()), stderr=subprocess.PIPE,
        timeout=20)
    assert (result.returncode, result.stderr) == (NO_OUTPUT, b"The output cannot be written: Bad file descriptor.\n")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_so_is_output_that_is_not_read(command):
    reader, writer = os.pipe()
    os.close(reader)
    result = subprocess.run(
        [BINARY, *command], env=clean_environment(unreachable()), stdout=writer, stderr=subprocess.PIPE, timeout=20)
    os.close(writer)
    assert (result.returncode, result.stderr) == (NO_OUTPUT, b"The output cannot be written: Broken pipe.\n")


def unreachable():
    return AWS | {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}


def test_no_socket_takes_the_place_of_a_descriptor_that_is_closed(start, upstream):
    """The log of a process without output would otherwise go to a client."""
    gateway = start("serve", environment=upstream_at(upstream.port), prefix=["sh", "-c", 'exec "$@" 0<&- 2>&-', "sh"])
    links = [os.readlink(f"/proc/{gateway.process.pid}/fd/{number}") for number in (0, 2)]
    assert links == ["/dev/null", "/dev/null"]


# Arguments

@pytest.fixture(scope="module")
def moved_environment(tmp_path_factory):
    compiler = shutil.which("cc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("no C compiler")
    library = tmp_path_factory.mktemp("preload") / "moved_environment.so"
    source = Path(__file__).with_name("moved_environment.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True)
    return {"LD_PRELOAD": str(library)}


WITHOUT_PROC = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /proc && exec "$@"', "sh"]


def may_hide_proc():
    return shutil.which("unshare") and subprocess.run([*WITHOUT_PROC, "true"], capture_output=True).returncode == 0


def test_arguments_arrive_where_a_library_has_moved_the_environment(moved_environment):
    """Without them `health` would be a second `serve`."""
    with held() as port:
        result = run("health", "--set", f"admin.port={port}", environment=AWS | moved_environment)
    assert (result.returncode, f":{port}/livez" in result.stderr) == (1, True), result


@pytest.mark.parametrize("is_moved", [False, True], ids=["as it was", "moved environment"])
def test_arguments_arrive_where_there_is_no_proc(request, is_moved):
    if not may_hide_proc():
        pytest.skip("needs the right to mount")
    environment = AWS | (request.getfixturevalue("moved_environment") if is_moved else {})
    assert run("--version", environment=environment, prefix=WITHOUT_PROC).stdout.startswith(f"transcribe-gateway {VERSION}")
    assert run("nonsense", environment=environment, prefix=WITHOUT_PROC).returncode == 64
    for command in ("health", "serve", "demo", "check", "doctor"):
        result = run(command, environment=environment, prefix=WITHOUT_PROC)
        assert (result.returncode, result.stdout) == (BAD_CONFIGURATION, "")
        assert "/proc" in result.stderr


# Too little of everything

@pytest.mark.skipif("ASAN_OPTIONS" in os.environ or "TSAN_OPTIONS" in os.environ, reason="takes terabytes of addresses")
@pytest.mark.parametrize("command", ["serve", "demo", "doctor", "health"])
@pytest.mark.parametrize("mebibytes", [150, 200, 250, 300, 350, 400, 500, 700])
def test_too_little_address_space_ends_in_words(command, mebibytes, upstream):
    """A process that got this far works, or says what it lacks."""
    limits = ["prlimit", f"--as={mebibytes << 20}", "--core=0"]
    arguments = ["--set", "listen.port=0", "--set", "admin.port=0"] if command != "health" else ["--set", "admin.port=1"]
    process = subprocess.Popen(
        [*limits, BINARY, command, *arguments], env=clean_environment(upstream_at(upstream.port)),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        if command in ("serve", "demo") and any('"listening"' in line for line in process.stdout):
            process.terminate()
        output, errors = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode in (0, 1, NOT_NOW, BAD_CONFIGURATION, 127), (process.returncode, errors)
    assert process.returncode == 0 or errors.strip() or output.strip()
    if process.returncode == BAD_CONFIGURATION:
        assert re.match(r"The limit of the address space \(ulimit -v\) is \d+ MiB, and the gateway needs \d+ MiB", errors)


@pytest.mark.skipif("ASAN_OPTIONS" in os.environ or "TSAN_OPTIONS" in os.environ, reason="takes terabytes of addresses")
def test_a_stack_without_bounds_ends_in_words():
    result = run("health", environment=AWS, prefix=["prlimit", f"--stack={2**63 - 2}", f"--as={4 << 30}", "--core=0"])
    assert result.returncode == BAD_CONFIGURATION, result
    assert result.stderr.startswith("The limit of the address space (ulimit -v) is 4096 MiB")


@pytest.mark.skipif("ASAN_OPTIONS" in os.environ or "TSAN_OPTIONS" in os.environ, reason="takes terabytes of addresses")
def test_a_thread_of_the_public_listener_is_counted_once():
    """The listener for operators and the demonstration's emulator have one each, whatever `listen.threads` is."""
    limits = ["prlimit", f"--stack={256 << 20}", f"--as={32 << 30}", "--core=0"]
    counts = []
    for threads in (200, 210):
        result = run("demo", "--set", f"listen.threads={threads}", environment=AWS, prefix=limits)
        assert result.returncode == BAD_CONFIGURATION, result
        counts.append(int(re.search(r"for (\d+) threads", result.stderr)[1]))
    assert counts[0] > 200 and counts[1] - counts[0] == 10


@pytest.mark.parametrize("command", ["check", "doctor", "health"])
@pytest.mark.parametrize("descriptors", [4, 8, 15])
def test_too_few_descriptors_for_a_command_end_in_words(command, descriptors):
    result = run(command, environment=unreachable(), within=20, prefix=["prlimit", f"--nofile={descriptors}", "--core=0"])
    assert result.returncode == BAD_CONFIGURATION, result
    assert result.stderr.startswith(f"This process may have {descriptors} open files, and it needs 16 ")


@pytest.mark.parametrize("command, status", [("check", 0), ("doctor", 1), ("health", 1)])
def test_the_descriptors_that_a_command_asks_for_are_enough(command, status):
    prefix = ["prlimit", "--nofile=16", "--core=0"]
    result = run(command, "--set", "admin.port=1", environment=unreachable(), within=20, prefix=prefix)
    assert result.returncode == status and "descriptor" not in result.stderr, result


@pytest.mark.parametrize("descriptors", range(6, 26, 3))
def test_too_few_descriptors_end_in_words(descriptors):
    result = run("demo", "--set", "listen.port=0", "--set", "admin.port=0", environment=AWS, within=20,
                 prefix=["prlimit", f"--nofile={descriptors}", "--core=0"])
    assert result.returncode in (NOT_NOW, BAD_CONFIGURATION) and result.stderr.strip(), result
