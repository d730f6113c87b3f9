"""What the checks in this folder share: walking the source tree and reporting problems."""

import os
import re
import subprocess
import sys

SOURCE_FOLDERS = ["include", "lib", "tools", "test", "cmake"]


def tracked_files(root):
    """Paths relative to the root: those git knows, or all of them outside a checkout."""
    if os.path.exists(os.path.join(root, ".git")):
        listing = subprocess.run(
            ["git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard"],
            capture_output=True, text=True, check=True,
        ).stdout.splitlines()  # fmt: skip
        return [path for path in listing if os.path.exists(os.path.join(root, path))]
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith("build")]
        found += [os.path.relpath(os.path.join(folder, name), root) for name in files]
    return found


def sources(root, suffixes, folders=SOURCE_FOLDERS):
    """Sorted paths below the folders, without what lies in test/**/Inputs."""
    return sorted(
        path
        for path in tracked_files(root)
        if path.endswith(tuple(suffixes)) and path.split("/")[0] in folders and "/Inputs/" not in path
    )


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return file.read()


def includes(text):
    """(line number, file, whether in angle brackets) of each #include and TableGen include."""
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*#?\s*include\s+(["<])([^">]+)[">]', line)
        if match:
            yield number, match.group(2), match.group(1) == "<"


def run(check):
    """Calls check(root) for the tree named on the command line; each problem it yields is one line of the report."""
    problems = list(check(sys.argv[1]))
    for problem in problems:
        print(problem)
    sys.exit(bool(problems))
