"""Does what a page of the documentation says: writes its files, runs its commands, and compares what they print.

Usage: run_tutorial.py PAGE.md FOLDER PREFIX

A block of code whose language is followed by a name is that file. In a `console` block, lines that begin with `$ ` are commands, run in FOLDER with
the tools of the package in PREFIX; the lines behind one must be among those that it prints, in this order, where … stands for anything. A command
whose lines have an error must fail, any other must not.
"""

import os
import re
import subprocess
import sys


def blocks(text):
    """(language, name, content) of each block of code."""
    for info, content in re.findall(r"^```([^\n`]+)\n(.*?)^```$", text, re.M | re.S):
        language, _, name = info.partition(" ")
        yield language, name, content


def commands(content):
    """(command, lines that it prints) of a console block."""
    for part in re.split(r"^\$ ", content, flags=re.M)[1:]:
        command, _, output = part.partition("\n")
        yield command, output.splitlines()


def matches(pattern, line):
    return re.fullmatch(".*".join(re.escape(piece) for piece in pattern.split("…")), line.strip()) is not None


def run(command, wanted, folder, prefix):
    environment = dict(os.environ, PREFIX=prefix, PATH=os.path.join(prefix, "bin") + os.pathsep + os.environ["PATH"])
    result = subprocess.run(command, shell=True, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print(f"$ {command}\n{result.stdout}")
    fails = any("error:" in line for line in wanted)
    if (result.returncode != 0) != fails:
        sys.exit(f"error: '{command}' exits with {result.returncode}")
    printed = iter(result.stdout.splitlines())
    for line in wanted:
        if not any(matches(line, other) for other in printed):
            sys.exit(f"error: '{command}' does not print '{line}'")


def main():
    page, folder, prefix = sys.argv[1:]
    with open(page, encoding="utf-8") as file:
        text = file.read()
    for language, name, content in blocks(text):
        if name:
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(content)
        if language == "console":
            for command, wanted in commands(content):
                run(command, wanted, folder, prefix)


if __name__ == "__main__":
    main()
