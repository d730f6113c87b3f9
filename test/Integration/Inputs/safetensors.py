"""Reads and writes .safetensors files with the standard library alone (https://github.com/huggingface/safetensors#format)."""

import json
import math
import struct

# dtype -> format of struct.
FORMATS = {"F32": "f", "F16": "e", "I64": "q", "I32": "i", "U8": "B", "I8": "b", "F8_E4M3": "B", "BF16": "H"}


def load(path):
    """{name: (dtype, shape, bytes)}"""
    with open(path, "rb") as file:
        data = file.read()
    size = struct.unpack("<Q", data[:8])[0]
    header, payload = json.loads(data[8 : 8 + size]), data[8 + size :]
    header.pop("__metadata__", None)
    return {name: (entry["dtype"], entry["shape"], payload[slice(*entry["data_offsets"])]) for name, entry in header.items()}


def numbers(tensor):
    dtype, shape, data = tensor
    return list(struct.unpack(f"<{math.prod(shape)}{FORMATS[dtype]}", data))


def tensor(dtype, shape, elements):
    return dtype, list(shape), struct.pack(f"<{len(elements)}{FORMATS[dtype]}", *elements)


def save(path, tensors):
    header, payload = {}, b""
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(payload), len(payload) + len(data)]}
        payload += data
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + payload)
