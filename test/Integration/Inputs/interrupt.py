"""Interrupts `nibble compile` at different moments, as a terminal does: there is the whole executable afterwards, or nothing."""

import os
import signal
import subprocess
import sys
import time

nibble, model = sys.argv[1:]
os.mkdir("interrupted")
command = [nibble, "compile", model, "--cpu=avx2", "-o", "interrupted/x"]


def run(seconds):
    """What the folder holds when SIGINT came after `seconds`, or never."""
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
    if seconds is None:
        process.wait()
    else:
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGINT)
        process.wait()
    return sorted(os.listdir("interrupted"))


start = time.monotonic()
assert run(None) == ["x"]
whole = os.path.getsize("interrupted/x")
duration = time.monotonic() - start
os.remove("interrupted/x")
for step in range(12):
    files = run(duration * step / 11)
    assert files in ([], ["x"]), f"left after an interruption: {files}"
    if files:
        assert os.path.getsize("interrupted/x") == whole
        os.remove("interrupted/x")
