"""The image and its compose file: what can be known of them without building the one or starting the other."""

import ctypes
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from gateway import BINARY, REPOSITORY, run

DOCKERFILE = REPOSITORY / "deploy/Dockerfile"
HADOLINT = Path(sys.executable).with_name("hadolint")
SERVICES = ["gateway", "demo"]
# The stages that become images: the one that is built without `--target`, and the small one.
IMAGES = ["", "minimal"]
AWS = {"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "nobodysSecret"}
# Every image that holds dpkg holds these.
IN_EVERY_IMAGE = {"libc6", "libgcc-s1"}


def test_hadolint_finds_nothing():
    result = subprocess.run([HADOLINT, "--no-color", DOCKERFILE], capture_output=True, text=True, timeout=30)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize("name", SERVICES)
def test_every_variable_of_a_service_is_a_setting(name):
    variables = environment(name)
    result = run("check", environment=AWS | variables)
    assert (result.returncode, result.stderr) == (0, "")
    unused = [variable for variable in variables if not re.search(rf"\({variable}[);]", result.stdout)]
    assert unused == []


def test_the_service_passes_on_what_aws_needs(start):
    passed_on = {variable for variable, value in service("gateway")["environment"].items() if value is None}
    assert passed_on == {*AWS, "AWS_SESSION_TOKEN"}
    loopback = {"listen.host": "127.0.0.1"}
    assert start("serve", loopback, {name: AWS[name] for name in passed_on & set(AWS)}).stop() == 0


@pytest.mark.parametrize("name, keys", [("gateway", ["listen"]), ("demo", ["listen", "admin"])])
def test_what_is_published_listens_beyond_the_containers_loopback(name, keys):
    settings = effective(name)
    published = [published.split(":") for published in service(name)["ports"]]
    assert published == [["127.0.0.1", settings[f"{key}.port"], settings[f"{key}.port"]] for key in keys]
    assert {settings[f"{key}.host"] for key in keys} == {"0.0.0.0"}


def test_the_image_exposes_the_public_port_and_keeps_the_other():
    settings = effective("gateway")
    assert values("EXPOSE") == [settings["listen.port"]]
    assert settings["admin.host"] == "127.0.0.1"


def test_a_published_service_answers_for_the_names_it_is_published_under():
    for name in SERVICES:
        assert effective(name)["listen.hosts"] == "localhost,127.0.0.1"


def test_requests_under_way_are_answered_before_the_container_is_killed():
    for name in SERVICES:
        settings = effective(name)
        longest = seconds(settings["drain.delay"]) + seconds(settings["drain.timeout"])
        assert seconds(service(name)["stop_grace_period"]) > longest
    assert values("STOPSIGNAL") == ["SIGTERM"]


def test_what_the_image_runs_is_there_and_known():
    (copied,) = [value.split()[-1] for value in values("COPY", "installed") if value.startswith("--from=build")]
    (entry,), (health,) = values("ENTRYPOINT"), values("HEALTHCHECK")
    commands = [json.loads(entry), json.loads(health.partition("CMD ")[2])]
    assert commands == [[copied], [copied, "health"]]
    words = [*json.loads(values("CMD")[0]), *service("demo")["command"], "health"]
    assert [run("help", word).returncode for word in words] == [0] * len(words)


def test_the_process_may_do_nothing_but_serve():
    assert [re.fullmatch(r"[1-9]\d*:[1-9]\d*", user) is not None for user in values("USER")] == [True]
    for name in SERVICES:
        assert service(name)["read_only"] is True
        assert service(name)["cap_drop"] == ["ALL"]
        assert service(name)["security_opt"] == ["no-new-privileges:true"]


def test_both_images_run_alike():
    """They differ in their files, and the larger one says what it is made from."""
    default, minimal = (
        [(word, value) for word, value in stages()[name][1] if word != "COPY" and value != "RUN_IMAGE"] for name in IMAGES)
    base = 'org.opencontainers.image.base.name="${RUN_IMAGE}" '
    assert [(word, value.replace(base, "")) for word, value in default] == minimal


def test_what_an_image_begins_with_is_the_builders_choice():
    arguments = dict(pair.split("=") for pair in values("ARG", stage=None))
    bases = [base for base, _ in stages().values() if base not in stages() and base != "scratch"]
    assert bases == [f"${{{name}}}" for name in arguments]


def test_every_package_is_named_with_its_exact_version():
    dependencies = re.findall(r"\.package\((.*)\)", (REPOSITORY / "Package.swift").read_text())
    assert dependencies and [each for each in dependencies if not re.search(r'exact: "\d+\.\d+\.\d+"$', each)] == []


def test_the_image_goes_on_listening_while_balancers_notice_its_end():
    assert effective("gateway")["drain.delay"] == "5s"


def test_the_build_stage_installs_what_the_manifest_asks_for():
    asked_for = set(re.findall(r'\.apt\(\["([^"]+)"\]\)', (REPOSITORY / "Package.swift").read_text()))
    assert asked_for and installed("build") == asked_for | {"pkg-config"}


def test_the_final_stage_installs_what_the_program_links():
    dynamic = subprocess.run(["readelf", "--dynamic", BINARY], capture_output=True, text=True, check=True).stdout
    linked = set().union(*map(owners, re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic)))
    # Where Swift's runtime is not in the file, its libraries are what links the C++ runtime.
    assert installed("installed") == linked - IN_EVERY_IMAGE | {"libstdc++6", "ca-certificates"}


def test_what_the_sources_link_to_is_part_of_the_build():
    links = [path.resolve() for path in (REPOSITORY / "Sources").rglob("*") if path.is_symlink()]
    assert links and left_out(links) == []


def test_what_the_images_copy_is_part_of_the_build():
    copied = [REPOSITORY / path for stage in stages() for value in values("COPY", stage) if not value.startswith("--from")
              for path in value.split()[:-1] if "*" not in path and path != "."]
    assert copied and left_out(copied) == []


def test_what_the_manifest_names_is_part_of_the_build():
    """SwiftPM ends a build for which a target's folder is not there, also where the target is not built."""
    manifest = (REPOSITORY / "Package.swift").read_text()
    paths = [REPOSITORY / path for path in re.findall(r'path: "([^"]+)"', manifest)]
    paths += [REPOSITORY / "Tests" / name for name in re.findall(r'\.testTarget\(\s*name: "(\w+)"', manifest)]
    assert len(paths) > 15 and all(path.is_dir() for path in paths)
    assert left_out(paths) == []


def test_an_empty_revision_is_unknown(tmp_path):
    """A build argument that was given without a value."""
    library = tmp_path / "process.so"
    source = REPOSITORY / "Sources/CProcess"
    compiler = shutil.which("cc") or shutil.which("clang")
    subprocess.run([compiler, "-shared", "-fPIC", '-DREVISION=""', "-I", source / "include", "-o", library,
                    source / "process.c"], check=True)
    revision = ctypes.CDLL(str(library)).cprocess_revision
    revision.restype = ctypes.c_char_p
    assert revision() == b"unknown"


def left_out(paths):
    """Those of the paths that `.dockerignore` does not admit."""
    rules = (REPOSITORY / ".dockerignore").read_text().splitlines()
    admitted = [path for rule in rules if rule.startswith("!") for path in REPOSITORY.glob(rule[1:])]
    return [path for path in paths if not any(path.is_relative_to(folder) for folder in admitted)]


def stages():
    """What each stage begins with and its (keyword, rest), by name; comments left out and continued lines joined. What
    stands before the first has the name None."""
    text = re.sub(r"(?m)^\s*#.*\n", "", DOCKERFILE.read_text()).replace("\\\n", " ")
    found = {None: (None, [])}
    for word, *rest in (line.split() for line in text.splitlines() if line.strip()):
        if word == "FROM":
            base, name = rest[0], rest[2] if "AS" in rest else ""
            found[name] = (base, [])
        else:
            found[list(found)[-1]][1].append((word, " ".join(rest)))
    return found


def values(keyword, stage=""):
    return [value for word, value in stages()[stage][1] if word == keyword]


def installed(stage):
    """The Debian packages that the one `RUN apt-get` of a stage installs."""
    [run_of_stage] = [value for value in values("RUN", stage) if "apt-get install" in value]
    words = run_of_stage.partition("apt-get install")[2].partition("&&")[0].split()
    return {word for word in words if not word.startswith("-")}


def owners(library):
    """The Debian packages that hold a library: none for those of the Swift toolchain."""
    found = subprocess.run(["dpkg", "--search", f"*/{library}"], capture_output=True, text=True).stdout
    return {line.partition(":")[0] for line in found.splitlines()}


def service(name):
    return yaml.safe_load((REPOSITORY / "deploy/compose.yaml").read_text())["services"][name]


def environment(name):
    """What the container's process is given: the image's variables and the service's, but not those passed on."""
    ours = {variable: value for variable, value in service(name)["environment"].items() if value is not None}
    return dict(pair.split("=", 1) for value in values("ENV") for pair in value.split()) | ours


def effective(name):
    """The settings that the gateway reads from that, by key."""
    report = run("check", environment=AWS | environment(name)).stdout
    return {key.strip(): rest.split()[0] for key, _, rest in (row.partition(" = ") for row in report.splitlines())}


def seconds(duration):
    ((number, unit),) = re.findall(r"^(\d+)(s|m)$", duration)
    return int(number) * {"s": 1, "m": 60}[unit]
