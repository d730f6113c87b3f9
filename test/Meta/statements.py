# RUN: %python %s %source_root
# RUN: not %python %s %S/Inputs/statements | FileCheck %s
#
# CHECK: docs/Spec.md: no test in test/Reference or test/Unit names (S2)
# CHECK: docs/Spec.md: (S3) is stated twice
# CHECK: test/Unit/Numerics/ThingTest.cpp: names (S4), which docs/Spec.md does not state
# CHECK-NOT: {{.}}
"""Each statement (Sn) of docs/Spec.md is named by a test that executes it, and tests name no others."""

import re

import tree

LABEL = re.compile(r"\(S\d+\)")


def tests_naming(root):
    """Label -> a test that names it."""
    found = {}
    for path in tree.sources(root, [".mlir", ".cpp"], ["test"]):
        if path.startswith(("test/Reference/", "test/Unit/")):
            for label in LABEL.findall(tree.read(root, path)):
                found.setdefault(label, path)
    return found


def check(root):
    # A statement begins an item; elsewhere its label cites it.
    stated = re.findall(r"^\* (\(S\d+\))", tree.read(root, "docs/Spec.md"), re.M)
    named = tests_naming(root)
    for label in dict.fromkeys(stated):
        if label not in named:
            yield f"docs/Spec.md: no test in test/Reference or test/Unit names {label}"
        if stated.count(label) > 1:
            yield f"docs/Spec.md: {label} is stated twice"
    for label in sorted(named.keys() - set(stated)):
        yield f"{named[label]}: names {label}, which docs/Spec.md does not state"


if __name__ == "__main__":
    tree.run(check)
