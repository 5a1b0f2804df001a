#!/usr/bin/env python3
"""Writes openapi.yaml as compact JSON in the order of the YAML, which the gateway serves as /openapi.json, and what a
reader sees of it, from which the gateway makes its page /docs.

to_json.py          writes openapi.json and reading.json in Sources/Gateway/Resources
to_json.py --print  writes the first to standard output instead
to_json.py --check  writes nothing, and exits with 1 if one of these files says something else
"""

import argparse
import json
import sys
from pathlib import Path

import yaml

from reading import reading

REPOSITORY = Path(__file__).resolve().parents[2]
YAML = REPOSITORY / "openapi.yaml"
RESOURCES = REPOSITORY / "Sources/Gateway/Resources"


class Loader(yaml.SafeLoader):
    """A key that is given twice in a mapping is an error (YAML 1.2.2 §3.2.1.3), which PyYAML overlooks."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError("in a mapping", node.start_mark, f"{key} is given twice")
        return super().construct_mapping(node, deep)


def converted():
    """The whole JSON files by name. A value that JSON does not have, such as an unquoted date, is an error."""
    document = yaml.load(YAML.read_text(encoding="utf-8"), Loader)
    return {"openapi.json": compact(document), "reading.json": compact(reading(document))}


def compact(document):
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"


def main():
    parser = argparse.ArgumentParser(description="Writes openapi.yaml as compact JSON.")
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--print", action="store_true", help="write to standard output")
    way.add_argument("--check", action="store_true", help="only compare")
    arguments = parser.parse_args()
    files = {RESOURCES / name: text for name, text in converted().items()}
    if arguments.print:
        sys.stdout.write(files[RESOURCES / "openapi.json"])
        return
    for file, text in files.items():
        if not arguments.check:
            file.write_text(text, encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != text:
            sys.exit(f"{file} is not what openapi.yaml says: run {Path(__file__).relative_to(REPOSITORY)}")


if __name__ == "__main__":
    main()
