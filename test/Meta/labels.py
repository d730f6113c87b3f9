# RUN: %python %s %source_root
# RUN: not %python %s %S/Inputs/labels | FileCheck %s
#
# CHECK: include/nibble/Dialect/Toy/IR/Toy.td: no test in test/Dialect expects an error with 'nibble.add' and (C2)
# CHECK: include/nibble/Dialect/Toy/IR/Toy.td: no test in test/Dialect expects an error with 'nibble.sub' and (C2)
# CHECK: include/nibble/Dialect/Toy/IR/Toy.td: no test in test/Dialect expects an error with 'nibble.sub' and (C3)
# CHECK: include/nibble/Dialect/Toy/IR/Toy.td: no test in test/Dialect expects an error with 'scheme' and (C1)
# CHECK-NOT: {{.}}
"""Each constraint (Cn) in the description of an op or attribute has a negative test that expects its label."""

import re

import tree

# Prefix of the classes of ops in TableGen -> name of the dialect.
DIALECTS = {"Nibble": "nibble", "Check": "nibble_check"}


def constraints(text):
    """(name, label) of each constraint: 'nibble.add' for an op, 'scheme' for the attribute #nibble.scheme."""
    for definition in re.split(r"^(?=def )", text, flags=re.M):
        op = re.match(r'def \w+\s*:\s*(Nibble|Check)_\w*Op<"(\w+)"', definition)
        attribute = re.match(r"def \w+\s*:\s*AttrDef<", definition)
        if not op and not attribute:
            continue
        name = f"{DIALECTS[op.group(1)]}.{op.group(2)}" if op else re.search(r'mnemonic = "(\w+)"', definition).group(1)
        listing = definition.partition("Constraints")[2].partition("```")[0]
        # What follows a colon or 'of' on a line cites another op's labels.
        listing = re.sub(r"(?<=\)): \(C.*| of `.*", "", listing)
        for first, last in re.findall(r"\(C(\d+)\)(?: to \(C(\d+)\))?", listing):
            for number in range(int(first), int(last or first) + 1):
                yield name, f"(C{number})"


def expected_errors(root):
    """Text of every expected error; a verifier of an attribute does not name it, so the test's file name does."""
    for path in tree.sources(root, [".mlir"], ["test"]):
        if not path.startswith("test/Dialect/"):
            continue
        for message in re.findall(r"expected-error[^{]*\{\{(.*)\}\}", tree.read(root, path)):
            yield message if "'nibble" in message else f"{path.rsplit('/', 1)[-1]} {message}"


def check(root):
    errors = list(expected_errors(root))
    for path in tree.sources(root, [".td"], ["include"]):
        for name, label in constraints(tree.read(root, path)):
            # The quote ends the name of an op: 'nibble.conv' is not 'nibble.convert'.
            pattern = re.escape(name) + ("'" if "." in name else ".*") + ".*" + re.escape(label)
            if not any(re.search(pattern, error) for error in errors):
                yield f"{path}: no test in test/Dialect expects an error with '{name}' and {label}"


if __name__ == "__main__":
    tree.run(check)
