# RUN: %python %s %source_root
# RUN: not %python %s %S/Inputs/scheme-messages | FileCheck %s
#
# CHECK: docs/HowTo/WriteAScheme.md: does not say what to do about "'nibble.quantize' op no 'nibble.scheme' @x" (test/Dialect/Nibble/quantize-invalid.mlir)
# CHECK: docs/HowTo/WriteAScheme.md: does not say what to do about "(C2) nothing there, got 3" (test/Dialect/Nibble/scheme-invalid.mlir)
# CHECK-NOT: {{.}}
"""Each error that a wrong scheme can cause is in the table of docs/HowTo/WriteAScheme.md: those that its tests expect, as every message has a test."""

import re

import tree

PAGE = "docs/HowTo/WriteAScheme.md"
# Elsewhere than in the tests of the attribute and of nibble.scheme, what speaks of declarations and their regions.
ABOUT_SCHEMES = re.compile(r"'(decode|encode|choose)'|'nibble\.scheme' @|a scheme of @")


def listed_messages(text):
    """Patterns of the messages in the first column; `…` is anything and `@mine` any name."""
    table = text.partition("## When it is wrong")[2]
    for row in re.findall(r"^\| (.*?) \| ", table, re.M):
        for message in re.findall(r"`([^`]+)`", row):
            pieces = [".*".join(map(re.escape, part.split("…"))) for part in message.split("@mine")]
            # A word such as `encode` is no message.
            if " " in message:
                yield re.compile(r"@\w+".join(pieces))


def expected_errors(root):
    for path in tree.sources(root, [".mlir"], ["test"]):
        is_scheme = re.fullmatch(r"test/Dialect/Nibble/scheme.*-invalid\.mlir", path)
        for message in re.findall(r"expected-error[^{]*\{\{(.*)\}\}", tree.read(root, path)):
            if is_scheme or ABOUT_SCHEMES.search(message):
                yield path, message


def check(root):
    listed = list(listed_messages(tree.read(root, PAGE)))
    for path, message in expected_errors(root):
        if not any(pattern.search(message) for pattern in listed):
            yield f'{PAGE}: does not say what to do about "{message}" ({path})'


if __name__ == "__main__":
    tree.run(check)
