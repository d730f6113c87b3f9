"""compare_sqnr.py WORSE BETTER…: fails unless each report of the others has a better signal-to-noise ratio than that of the first."""

import re
import sys


def sqnr(path):
    return float(re.search(r"\(SQNR\) of the outputs is ([-0-9.]+) dB", open(path).read()).group(1))


first, *others = sys.argv[1:]
for other in others:
    print(f"{first}: {sqnr(first)} dB, {other}: {sqnr(other)} dB")
    if sqnr(other) <= sqnr(first):
        sys.exit(f"{other} is not better")
