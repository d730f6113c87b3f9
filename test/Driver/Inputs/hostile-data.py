"""Writes data that no model can use, for the glyphs: `hostile-data.py FOLDER`. Each is called after what is wrong with it."""

import io
import os
import struct
import sys
import zipfile

SHAPE = (2, 1, 16, 16)
COUNT = 512


def npy(values, shape=SHAPE, descr="<f4", letter="f"):
    header = str({"descr": descr, "fortran_order": False, "shape": shape})
    header += " " * (-(len(header) + 11) % 64) + "\n"
    data = struct.pack(f"<{len(values)}{letter}", *values)
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data


def npz(**arrays):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in arrays.items():
            archive.writestr(name + ".npy", content)
    return file.getvalue()


def with_value(value):
    values = [0.5] * COUNT
    values[300] = value
    return npz(image=npy(values))


SOUND = npy([0.5] * COUNT)
FILES = {
    "nan.npz": with_value(float("nan")),
    "infinity.npz": with_value(float("-inf")),
    "shape.npz": npz(image=npy([0.5] * COUNT, (2, 16, 16, 1))),
    "complex.npz": npz(image=npy([0.5] * COUNT, (1, 1, 16, 16), "<c8")),
    "objects.npz": npz(image=npy([0.5] * COUNT, descr="|O")),
    "negative.npz": npz(image=npy([0.5] * COUNT, (-2, 1, 16, 16))),
    "overflow.npz": npz(image=npy([0.5] * COUNT, (1 << 62, 1 << 62, 16, 16))),
    "short.npz": npz(image=SOUND[:-4]),
    "no-npy.npz": npz(image=b"not an array"),
    "empty.npz": b"",
    "no-arrays.npz": npz(),
    "cut.npz": npz(image=SOUND)[:100],
    "checksum.npz": npz(image=SOUND).replace(struct.pack("<I", zipfile.crc32(SOUND)), b"\0\0\0\0"),
    "cut.npy": SOUND[:-4],
    "header.npy": SOUND[:20],
    "shape.npy": npy([0.5] * 256, (1, 1, 8, 32)),
    "nan.json": b'{"version": 1, "values": {"x": {"min": NaN}}}',
    "cut.json": b'{"version": 1, "val',
    "text.json": b"\xff\xfe\x00",
    "cut.yaml": b"rules: [",
    "unknown.yaml": b"rulez: []\n",
    "empty.yaml": b"",
}  # fmt: skip


def main(folder):
    os.makedirs(folder)
    for name, content in FILES.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content)
    for name, content in {"png": b"\x89PNG\r\n\x1a\nnothing more", "jpg": b"\xff\xd8\xff\xe0nothing more", "text": b"text"}.items():
        os.makedirs(os.path.join(folder, name))
        with open(os.path.join(folder, name, "image." + name.replace("text", "png")), "wb") as file:
            file.write(content)
    os.makedirs(os.path.join(folder, "nothing"))


if __name__ == "__main__":
    main(sys.argv[1])
