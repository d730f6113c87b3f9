# RUN: %python %s %source_root
"""No file is so long that nobody sees its one responsibility. A longer one is listed here, with the reason."""

import tree

MAX_LINES = 700
LONGER = {}  # path -> reason


def check(root):
    for path in tree.sources(root, [".h", ".c", ".cpp", ".td", ".def", ".py", ".sh", ".cmake", "CMakeLists.txt"]):
        count = tree.read(root, path).count("\n")
        if count > MAX_LINES and path not in LONGER:
            yield f"{path}: {count} lines, expected at most {MAX_LINES}; split it or list it in test/Meta/file-size.py"
    for path in LONGER:
        if path not in tree.tracked_files(root):
            yield f"test/Meta/file-size.py: lists {path}, which is not there"


if __name__ == "__main__":
    tree.run(check)
