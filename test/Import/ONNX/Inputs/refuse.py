"""Compiles files that are to be refused: `refuse.py NIBBLE OUTPUT FILE...`. Prints what nibble says of each, with the folder left out.

Exits with 1 unless every file gives exit code 1, within bounds of time and memory, and leaves the file that is at OUTPUT and
nothing beside it.
"""

import os
import resource
import subprocess
import sys

SECONDS = 60
BYTES = 8 << 30  # Address space; a small model takes below 2 GiB, most of it mapped libraries.


def limit_memory():
    # AddressSanitizer reserves terabytes of addresses.
    if "ASAN_OPTIONS" not in os.environ:
        resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))


def refuse(nibble, output, path):
    command = [nibble, "compile", path, "--recipe", "float32", "-o", output]
    run = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, preexec_fn=limit_memory, errors="replace")
    print(run.stderr.replace(os.path.dirname(path) + "/", ""), end="")
    with open(output) as file:
        return run.returncode == 1 and not run.stdout and file.read() == "precious"


def main(nibble, output, *paths):
    os.makedirs(os.path.dirname(output))
    with open(output, "w") as file:
        file.write("precious")
    for path in paths:
        if not refuse(nibble, output, path):
            sys.exit(f"{path} was not refused as it should be")
    if os.listdir(os.path.dirname(output)) != [os.path.basename(output)]:
        sys.exit(f"files were left: {os.listdir(os.path.dirname(output))}")


if __name__ == "__main__":
    main(*sys.argv[1:])
