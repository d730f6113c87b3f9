"""Writes four grey images of 16x16 pseudo-random pixels: as images/N.png, as pixels.npy, and as floats.npy with (pixel - 100.5) * 0.0625."""

import os
import random
import struct
import zlib

SIZE = 16


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write_png(path, pixels):
    rows = b"".join(b"\0" + bytes(pixels[row * SIZE : (row + 1) * SIZE]) for row in range(SIZE))
    header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 0, 0, 0, 0)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def write_npy(path, dtype, data):
    header = str({"descr": dtype, "fortran_order": False, "shape": (4, 1, SIZE, SIZE)})
    header += " " * (-(len(header) + 11) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data)


source = random.Random(7)
images = [[source.randrange(256) for _ in range(SIZE * SIZE)] for _ in range(4)]
os.mkdir("images")
for number, image in enumerate(images):
    write_png(f"images/{number}.png", image)
pixels = [pixel for image in images for pixel in image]
write_npy("pixels.npy", "|u1", bytes(pixels))
# Halves and sixteenths: exact in binary.
write_npy("floats.npy", "<f4", struct.pack(f"<{len(pixels)}f", *((pixel - 100.5) * 0.0625 for pixel in pixels)))
