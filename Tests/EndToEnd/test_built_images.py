"""The images, built and run."""

import re
import shutil
import subprocess
import time

import pytest

from debian import needs_root_system
from gateway import BINARY, REPOSITORY, upstream_at
from images import DEBIAN, REVISION, Container, Images
from ports import held
from test_sbom import bill, names
from timeouts import eventually
from wire import Wire, request

pytestmark = needs_root_system
STAGES = ["", "minimal"]


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    images = Images(tmp_path_factory.mktemp("images"))
    for stage in STAGES:
        images.build(stage)
    yield images
    shutil.rmtree(images.folder)


def name_of(stage):
    return f"localhost/gateway-{stage or 'default'}"


@pytest.mark.parametrize("stage", STAGES)
def test_a_container_serves_and_may_do_nothing_else(images, upstream, tmp_path, stage):
    with held() as public, held() as admin:
        # By name, so that names are looked up in it.
        given = upstream_at(upstream.port) | {"AWS_ENDPOINT_URL_TRANSCRIBE": f"http://localhost:{upstream.port}",
                                              "GATEWAY_LISTEN_PORT": str(public), "GATEWAY_ADMIN_PORT": str(admin)}
        container = Container(images, name_of(stage), tmp_path / f"gateway-{stage}", given)
        try:
            eventually(lambda: container.is_healthy)
            with Wire(public) as wire:
                assert wire.send(request("/jobs/fine-1")).answer().status == 200
            status = container.status
            assert status["Uid"].split() == ["65532"] * 4 and status["Gid"].split() == ["65532"] * 4
            assert (int(status["CapEff"], 16), status["NoNewPrivs"]) == (0, "1")
            began = time.monotonic()
            assert container.stop() == 0
            # drain.delay of the image
            assert 5 <= time.monotonic() - began < 15
        finally:
            container.kill()


@pytest.mark.parametrize("stage", STAGES)
def test_an_image_says_what_it_is(images, stage):
    labels = images.settings(name_of(stage))["Labels"]
    said = {key.removeprefix("org.opencontainers.image."): value for key, value in labels.items()}
    version = subprocess.run([BINARY, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    assert (said["title"], said["version"], said["revision"]) == ("transcribe-gateway", version, REVISION)
    assert said.get("base.name") == (None if stage else DEBIAN)


def test_the_small_image_holds_what_is_needed_and_is_small(images):
    files = images.files(name_of("minimal"))
    assert not (files / "bin").exists() and not (files / "usr/bin").exists()
    assert not [path for path in files.rglob("*") if path.is_file() and path.stat().st_mode & 0o7000]
    packages = {path.name for path in (files / "var/lib/dpkg/status.d").iterdir()}
    assert {"libc6", "libcurl4", "libmicrohttpd12", "libexpat1", "libssl3", "ca-certificates"} <= packages
    assert images.compressed(name_of("minimal")) < 25_000_000


def test_a_bill_of_materials_of_an_image_names_its_packages(images):
    """Of the small one, whose scanners find no package manager, and with the versions that Package.swift asks for."""
    files = images.files(name_of("minimal"))
    made = bill(files)
    manifest = (REPOSITORY / "Package.swift").read_text()
    pairs = re.findall(r'url: "https://(.*?)", exact: "(.*?)"', manifest)
    asked_for = {f"pkg:swift/{url}@{version}" for url, version in pairs}
    assert asked_for and asked_for <= names(made)
    debian = {component["name"] for component in made["components"] if component["purl"].startswith("pkg:deb/")}
    assert debian == {path.name for path in (files / "var/lib/dpkg/status.d").iterdir()}
