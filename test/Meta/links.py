# RUN: %python %s %source_root
# RUN: not %python %s %S/Inputs/links | FileCheck %s
#
# CHECK: README.md: link to docs/Vanished.md, which is not there
# CHECK: lib/Thing.cpp: docs/Spec.md has no section "Things"
# CHECK-NOT: {{.}}
"""Links between the documents lead somewhere, and so do the sections of documents that sources name."""

import os
import re

import tree


def check_links(root):
    for path in tree.tracked_files(root):
        if not path.endswith(".md") or "/Inputs/" in path:
            continue
        text = re.sub(r"```.*?```", "", tree.read(root, path), flags=re.S)
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
            if not re.match(r"[a-z]+:", target) and not os.path.exists(
                os.path.join(root, os.path.dirname(path), target)
            ):
                yield f"{path}: link to {target}, which is not there"


def check_sections(root):
    for path in tree.sources(root, [".h", ".c", ".cpp", ".td", ".txt", ".cmake", ".mlir", ".test"]):
        for document, section in re.findall(r'(docs/\w+\.md)`?, "([^"]+)"', tree.read(root, path)):
            section = re.sub(r"\n\W*", " ", section)  # the comment goes on in the next line
            # A heading, or the bold beginning of a paragraph.
            if not re.search(rf"^(#+ {re.escape(section)}$|\*\*{re.escape(section)}\.\*\*)", tree.read(root, document), re.M):
                yield f'{path}: {document} has no section "{section}"'


def check(root):
    yield from check_links(root)
    yield from check_sections(root)


if __name__ == "__main__":
    tree.run(check)
