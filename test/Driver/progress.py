# REQUIRES: nibble
# RUN: %python %s %nibble %models
"""Long steps show progress on a terminal, and nothing where standard error is a file."""

import os
import pty
import subprocess
import sys
import tempfile

nibble, models = sys.argv[1:]
arguments = ["report", f"{models}/glyphs.onnx", "--calibrate", f"{models}/calib.npz", "--data", f"{models}/calib.npz", "--no-html"]


def run_on_terminal():
    """What a terminal gets as standard error."""
    terminal, other_end = pty.openpty()
    with subprocess.Popen([nibble] + arguments, stdout=subprocess.DEVNULL, stderr=other_end) as process:
        os.close(other_end)
        text = b""
        while True:
            try:
                part = os.read(terminal, 4096)
            except OSError:  # How Linux says that the other end is closed.
                break
            if not part:
                break
            text += part
        assert process.wait() == 0, text
    return text.decode()


def run_to_file():
    with tempfile.TemporaryFile() as file:
        subprocess.run([nibble] + arguments, stdout=subprocess.DEVNULL, stderr=file, check=True)
        file.seek(0)
        return file.read().decode()


shown = run_on_terminal()
for label in ["preparing [", "compiling for calibration [", "calibrating on ", "compiling [", "evaluating [", "comparing layers ["]:
    assert label in shown, f"expected '{label}' in {shown!r}"
assert "code generation" in shown and " s left" in shown, shown
assert shown.endswith("\r\033[K"), shown[-80:]
assert run_to_file() == ""
