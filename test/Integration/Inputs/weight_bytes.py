"""Compares the section of weights with the number of weights: `weight_bytes.py INSPECTED SECTIONS`, the outputs of `nibble inspect` and `llvm-size -A`."""

import re
import sys

MAX_RATIO = 1.05

with open(sys.argv[1]) as file:
    codes = sum(int(n) for n in re.findall(r"^\S+ +(?:conv|contract) +\d+ +(\d+) +integer:", file.read(), re.M))
with open(sys.argv[2]) as file:
    (section,) = re.findall(r"^\.rodata\.nibble\.weights +(\d+)", file.read(), re.M)
if not 0 < codes <= int(section) <= MAX_RATIO * codes:
    sys.exit(f"{codes} codes take {section} bytes, expected at most {MAX_RATIO} times as many")
print(f"{int(section) / codes:.3f}")
