# RUN: %python %s %source_root
# RUN: not %python %s %S/Inputs/top-level | FileCheck %s
#
# CHECK: scripts: not part of the closed top level
"""The top level of the tree is closed: a new name there is a decision, made here."""

import tree

TOP_LEVEL = {
    ".ci", ".clang-format", ".clang-tidy", ".clangd", ".editorconfig", ".gitignore",
    "CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md",
    "cmake", "docs", "include", "lib", "test", "tools",
}  # fmt: skip


def check(root):
    for name in sorted({path.split("/")[0] for path in tree.tracked_files(root)} - TOP_LEVEL):
        yield f"{name}: not part of the closed top level (test/Meta/top-level.py)"


if __name__ == "__main__":
    tree.run(check)
