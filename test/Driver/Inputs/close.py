"""Two float32 .npy files have the same shape and elements that differ by at most a bound: `close.py A B BOUND`."""

import ast
import struct
import sys


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    end = 10 + struct.unpack("<H", data[8:10])[0]
    return ast.literal_eval(data[10:end].decode())["shape"], struct.unpack(f"<{(len(data) - end) // 4}f", data[end:])


(shape, values), (other_shape, others) = read(sys.argv[1]), read(sys.argv[2])
if shape != other_shape:
    sys.exit(f"expected the shape {other_shape}, got {shape}")
worst = max(abs(value - other) for value, other in zip(values, others))
if not worst <= float(sys.argv[3]):
    sys.exit(f"elements differ by {worst}, expected at most {sys.argv[3]}")
