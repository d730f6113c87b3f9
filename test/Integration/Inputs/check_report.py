"""Checks the text of `nibble report` on standard input, and passes it on.

Usage: nibble report … | check_report.py [--float PERCENT] [--int8 PERCENT] [--drop PERCENT] [--sqnr DECIBEL]

--float, --int8: top-1 is at least this; --drop: top-1 of int8 is at most so much below that of float; --sqnr: of the output.
"""

import argparse
import re
import sys

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
for option in ("--float", "--int8", "--drop", "--sqnr"):
    parser.add_argument(option, type=float)
arguments = parser.parse_args()

text = sys.stdin.read()
print(text, end="")
checks = []
if match := re.search(r"^top-1 accuracy\s+([\d.]+) %\s+([\d.]+) %", text, re.MULTILINE):
    floating, quantized = float(match[1]), float(match[2])
    checks += [(floating, arguments.float), (quantized, arguments.int8)]
    checks.append((quantized - floating, None if arguments.drop is None else -arguments.drop))
elif {arguments.float, arguments.int8, arguments.drop} != {None}:
    sys.exit("error: the report has no accuracy")
if match := re.search(r"of the outputs is ([\d.]+) dB", text):
    checks.append((float(match[1]), arguments.sqnr))
elif arguments.sqnr is not None:
    sys.exit("error: the report has no SQNR")
missed = [f"error: got {got:.2f}, expected at least {least}" for got, least in checks if least is not None and got < least]
sys.exit("\n".join(missed) or 0)
