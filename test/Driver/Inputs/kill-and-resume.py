"""Kills `nibble sensitivity` as soon as its file has some losses, starts it again, and compares the file with that of an uninterrupted run.

`kill-and-resume.py WHOLE.json OUT.json COMMAND…` appends `-o OUT.json` to the command.
"""

import os
import signal
import subprocess
import sys
import time

whole, out, *command = sys.argv[1:]
command += ["-o", out]


def count_losses(path):
    if not os.path.exists(path):
        return 0
    with open(path) as file:
        return file.read().count('"sqnr"')


total = count_losses(whole)
process = subprocess.Popen(command)
while count_losses(out) == 0 and process.poll() is None:
    time.sleep(0.005)
process.send_signal(signal.SIGKILL)
process.wait()
begun = count_losses(out)
assert 0 < begun < total, f"{begun} of {total} losses when killed"
# What SIGKILL left over is no trouble for the next run.
subprocess.run(command, check=True)
with open(whole, "rb") as a, open(out, "rb") as b:
    assert a.read() == b.read(), "the resumed file differs"
