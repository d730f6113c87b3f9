"""Writes and prints float32 .npy files without numpy: `npy.py write FILE 2x3 1 2 3 4 5 6`, `npy.py print FILE`."""

import ast
import struct
import sys


def write(path, shape, *values):
    shape = tuple(int(n) for n in shape.split("x"))
    header = str({"descr": "<f4", "fortran_order": False, "shape": shape})
    header += " " * (-(len(header) + 11) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        file.write(struct.pack(f"<{len(values)}f", *map(float, values)))


def show(path):
    with open(path, "rb") as file:
        preamble = file.read(10)
        header = ast.literal_eval(file.read(struct.unpack("<H", preamble[8:])[0]).decode())
        data = file.read()
    values = struct.unpack(f"<{len(data) // 4}f", data)
    print("x".join(map(str, header["shape"])), *[f"{value:g}" for value in values])


{"write": write, "print": show}[sys.argv[1]](*sys.argv[2:])
