"""Runs a program with a folder as the root of all files: `run_alone.py ROOT PROGRAM ARGUMENTS...`."""

import os
import sys

root, *command = sys.argv[1:]
# Without the right to do it, in a user namespace of its own.
chroot = ["chroot"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "chroot"]
os.execvp(chroot[0], chroot + [root] + command)
