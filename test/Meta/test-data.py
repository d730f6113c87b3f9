# REQUIRES: test-data
# RUN: %python %s %source_root %test_data
"""The outside data is what docs/Development.md says: each file that tests use is listed there and has the listed checksum.

The checksum of a folder is that of the lines `<sha256 of the file>  <path in the folder>`, sorted by path.
"""

import hashlib
import os
import re
import sys

import tree


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def checksum(path):
    if os.path.isfile(path):
        return sha256(path)
    files = sorted(os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names)
    lines = "".join(f"{sha256(file)}  {os.path.relpath(file, path)}\n" for file in files)
    return hashlib.sha256(lines.encode()).hexdigest()


def used_paths(root):
    """(test, path) of everything that tests name below %test_data."""
    for path in tree.sources(root, [".mlir", ".test", ".py"], ["test"]):
        for used in re.findall(r"%test_data/([\w./-]+)", tree.read(root, path)):
            yield path, used


def check(root):
    data = sys.argv[2]
    table = dict(re.findall(r"^\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \|", tree.read(root, "docs/Development.md"), re.M))
    for path, expected in table.items():
        if not os.path.exists(os.path.join(data, path)):
            yield f"{path}: listed in docs/Development.md, not in {data}"
        elif checksum(os.path.join(data, path)) != expected:
            yield f"{path}: checksum {checksum(os.path.join(data, path))}, docs/Development.md has {expected}"
    for test, path in used_paths(root):
        if not any((path + "/").startswith(listed.rstrip("/") + "/") for listed in table):
            yield f"{test}: uses {path}, which docs/Development.md does not list"


if __name__ == "__main__":
    tree.run(check)
