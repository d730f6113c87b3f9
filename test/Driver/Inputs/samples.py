"""Takes samples out of an array of an .npz file, without numpy.

`samples.py IN.npz ARRAY FIRST COUNT OUT` writes the samples along the first dimension to OUT.npy, or to OUT.npz under the name of the array.
"""

import ast
import struct
import sys
import zipfile


def read(path, name):
    with zipfile.ZipFile(path) as file:
        data = file.read(name + ".npy")
    end = 10 + struct.unpack("<H", data[8:10])[0]
    return ast.literal_eval(data[10:end].decode()), data[end:]


def encode(header, elements):
    text = str(header)
    text += " " * (-(len(text) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + elements


def main(source, name, first, count, target):
    header, elements = read(source, name)
    size = len(elements) // header["shape"][0]
    first, count = int(first), int(count)
    header["shape"] = (count,) + header["shape"][1:]
    array = encode(header, elements[first * size : (first + count) * size])
    if target.endswith(".npz"):
        with zipfile.ZipFile(target, "w") as file:
            file.writestr(name + ".npy", array)
    else:
        with open(target, "wb") as file:
            file.write(array)


main(*sys.argv[1:])
