# RUN: %python %s %source_root
"""Links between the documents lead somewhere."""

import os
import re

import tree


def check(root):
    for path in tree.tracked_files(root):
        if not path.endswith(".md"):
            continue
        text = re.sub(r"```.*?```", "", tree.read(root, path), flags=re.S)
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
            if not re.match(r"[a-z]+:", target) and not os.path.exists(
                os.path.join(root, os.path.dirname(path), target)
            ):
                yield f"{path}: link to {target}, which is not there"


if __name__ == "__main__":
    tree.run(check)
