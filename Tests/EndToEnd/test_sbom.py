"""The bill of materials."""

import json
import re
import subprocess
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from gateway import REPOSITORY

LIST = """Package: libexpat1
Status: install ok installed
Architecture: amd64
Version: 2.5.0-1+deb12u1

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1

"""


def package(name, version, *dependencies):
    return {"identity": name, "name": name, "url": f"https://github.com/apple/{name}.git", "version": version,
            "dependencies": dependencies}


def bill(root, *options):
    text = subprocess.run([sys.executable, REPOSITORY / "deploy/sbom", root, *options], capture_output=True, text=True,
                          check=True).stdout
    assert JsonStrictValidator(SchemaVersion.V1_5).validate_str(text) is None
    return json.loads(text)


def names(bill):
    return {component["purl"].partition("?")[0] for component in bill["components"]}


def test_it_names_what_the_program_and_the_image_are_made_of(tmp_path):
    root = tmp_path / "root"
    (root / "var/lib/dpkg/status.d").mkdir(parents=True)
    (root / "etc").mkdir()
    (root / "etc/os-release").write_text('ID=debian\nVERSION_ID="12"\n')
    (root / "var/lib/dpkg/status").write_text(LIST)
    (root / "var/lib/dpkg/status.d/libc6").write_text(LIST.replace("libexpat1", "libc6").split("\n\n")[0])
    collections = package("swift-collections", "1.6.0")
    tree = package("main", "unspecified", collections, package("swift-service-lifecycle", "2.13.0", collections))
    (tmp_path / "tree.json").write_text(json.dumps(tree))

    made = bill(root, "--tree", tmp_path / "tree.json", "--toolchain", "6.3", "--version", "1.2.3")
    assert names(made) == {
        "pkg:swift/github.com/apple/swift-collections@1.6.0", "pkg:swift/github.com/apple/swift-service-lifecycle@2.13.0",
        "pkg:swift/github.com/swiftlang/swift@6.3", "pkg:deb/debian/libexpat1@2.5.0-1%2Bdeb12u1",
        "pkg:deb/debian/libc6@2.5.0-1%2Bdeb12u1"}
    assert made["metadata"]["component"]["version"] == "1.2.3"
    uses = {each["ref"]: each.get("dependsOn", []) for each in made["dependencies"]}
    assert uses["pkg:swift/github.com/apple/swift-service-lifecycle@2.13.0"] == [
        "pkg:swift/github.com/apple/swift-collections@1.6.0"]
    assert len(uses["transcribe-gateway"]) == 5
