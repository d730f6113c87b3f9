"""Arrays in .npy, .npz and ONNX TensorProto files with the standard library alone; the other scripts here share it.

An array is a pair of its shape and an array.array of its elements, first index slowest.
"""

import array
import ast
import io
import math
import struct
import zipfile

# The type of elements in a .npy file -> in array.array.
TYPES = {"<f4": "f", "<f8": "d", "<i8": "q", "<i4": "i", "|i1": "b", "|u1": "B"}


def dump_npy(shape, elements):
    descr = next(descr for descr, code in TYPES.items() if code == elements.typecode)
    assert math.prod(shape) == len(elements)
    header = str({"descr": descr, "fortran_order": False, "shape": tuple(shape)})
    header += " " * (-(len(header) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + elements.tobytes()


def save(path, shape, elements):
    with open(path, "wb") as file:
        file.write(dump_npy(shape, elements))


def save_npz(path, **arrays):
    with zipfile.ZipFile(path, "w") as archive:
        for name, (shape, elements) in arrays.items():
            archive.writestr(name + ".npy", dump_npy(shape, elements))


def load_npy(file):
    preamble = file.read(10)
    header = ast.literal_eval(file.read(struct.unpack("<H", preamble[8:])[0]).decode())
    assert not header["fortran_order"]
    data = file.read()
    if header["descr"] == "<f2":  # Python has no array of these.
        return header["shape"], array.array("f", struct.unpack(f"<{len(data) // 2}e", data))
    return header["shape"], array.array(TYPES[header["descr"]], data)


def varint(data, position):
    number = shift = 0
    while True:
        byte = data[position]
        number |= (byte & 127) << shift
        position, shift = position + 1, shift + 7
        if byte < 128:
            return number, position


def load_tensor_proto(data):
    """A float32 TensorProto (onnx.proto): dims is field 1, float_data 4, raw_data 9."""
    shape, elements, position = [], array.array("f"), 0
    while position < len(data):
        key, position = varint(data, position)
        field, wire = key >> 3, key & 7
        assert wire in (0, 2), f"unexpected wire type {wire}"
        number, position = varint(data, position)
        if wire == 0:
            shape += [number] if field == 1 else []
            continue
        payload, position = data[position : position + number], position + number
        if field == 1:
            at = 0
            while at < len(payload):
                size, at = varint(payload, at)
                shape.append(size)
        elif field in (4, 9):
            elements.frombytes(payload)
    return tuple(shape), elements


def load(path, key=None):
    """The array of a .npy or .pb file, or array `key` of a .npz file."""
    with open(path, "rb") as file:
        if path.endswith(".pb"):
            return load_tensor_proto(file.read())
        if path.endswith(".npz"):
            return load_npy(io.BytesIO(zipfile.ZipFile(file).read(key + ".npy")))
        return load_npy(file)
