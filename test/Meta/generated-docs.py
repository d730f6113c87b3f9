# RUN: %python %s %source_root %llvm_lib_dir/..
# RUN: not %python %s %S/Inputs/generated-docs %llvm_lib_dir/.. | FileCheck %s
#
# CHECK: docs/generated/Interfaces.md: missing (run ninja -C build nibble-docs)
# CHECK: docs/generated/OnnxOperators.md: stale (run ninja -C build nibble-docs)
# CHECK: docs/generated/Removed.md: has no source (run ninja -C build nibble-docs)
# CHECK-NOT: {{.}}
"""The committed pages of docs/generated are what docs/generate.py makes of today's sources."""

import os
import sys
import tempfile

import tree

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "..", "docs"))
import generate  # noqa: E402


def problem(committed, fresh):
    """What is wrong with a page; None when nothing is."""
    if committed is None:
        return "missing"
    if fresh is None:
        return "has no source"
    return None if committed == fresh else "stale"


def read_pages(folder):
    return {name: tree.read(folder, name) for name in os.listdir(folder)}


def check(root):
    committed = read_pages(os.path.join(root, "docs", "generated"))
    with tempfile.TemporaryDirectory() as folder:
        generate.generate(root, sys.argv[2], folder)
        fresh = read_pages(folder)
    for name in sorted(committed.keys() | fresh.keys()):
        message = problem(committed.get(name), fresh.get(name))
        if message:
            yield f"docs/generated/{name}: {message} (run ninja -C build nibble-docs)"


if __name__ == "__main__":
    tree.run(check)
