"""Compares the section of weights with the bytes of the codes and their scales.

Usage: weight_bytes.py INSPECTED SECTIONS CHANNELS: the outputs of `nibble inspect` and `llvm-size -A`, and the number of output channels of
all layers, each of which has a scale of four bytes.
"""

import re
import sys

MAX_RATIO = 1.05

with open(sys.argv[1]) as file:
    codes = sum(int(n) for n in re.findall(r"^\S+ +(?:conv|contract) +\d+ +(\d+) +integer:", file.read(), re.M))
with open(sys.argv[2]) as file:
    (section,) = re.findall(r"^\.rodata\.nibble\.weights +(\d+)", file.read(), re.M)
payload = codes + 4 * int(sys.argv[3])
if not 0 < codes <= int(section) <= MAX_RATIO * payload:
    sys.exit(f"{payload} bytes of codes and scales take {section} bytes, expected at most {MAX_RATIO} times as many")
print(f"{int(section) / payload:.3f}")
