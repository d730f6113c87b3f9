"""Writes a vector of bytes as a .npy file: `bytes-npy.py FILE DESCR 1 2 3`."""

import sys

path, descr, *values = sys.argv[1:]
header = str({"descr": descr, "fortran_order": False, "shape": (len(values),)})
header += " " * (-(len(header) + 11) % 64) + "\n"
with open(path, "wb") as file:
    file.write(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + bytes(map(int, values)))
