"""Writes ONNX files that no exporter writes: `hostile.py FOLDER`. Each is called after what is wrong with it."""

import os
import struct
import sys

import onnx_writer
from onnx_writer import data, integer


def tensor(name, dims, values=b"", extra=b""):
    """A float initializer of any shape and bytes."""
    return b"".join(integer(1, size) for size in dims) + integer(2, 1) + data(8, name) + (extra or data(9, values))


def external(name, dims, **entries):
    """A float initializer outside of the file (data_location 1)."""
    listed = b"".join(data(13, data(1, key) + data(2, str(value))) for key, value in entries.items())
    return tensor(name, dims, extra=listed + integer(14, 1))


def node(op, inputs, outputs, name, *attributes):
    operands = b"".join(data(1, operand) for operand in inputs) + b"".join(data(2, result) for result in outputs)
    return data(1, operands + data(3, name) + data(4, op) + b"".join(data(5, attribute) for attribute in attributes))


def graph(nodes, initializers=(), dims=(2,), output="y"):
    inputs = data(11, onnx_writer.value_info("x", dims))
    return nodes + data(2, "g") + b"".join(data(5, each) for each in initializers) + inputs + data(12, data(1, output))


def nested(depth):
    """If in If in If …"""
    inner = graph(node("Identity", ["x"], ["y"], "leaf"))
    for level in range(depth):
        branch = data(1, "then_branch") + data(6, inner) + integer(20, 5)
        inner = graph(node("If", ["x"], ["y"], f"if{level}", branch))
    return inner


def add(weight):
    return graph(node("Add", ["x", "w"], ["y"], "add"), [weight])


TWO = struct.pack("<2f", 1, 2)
GRAPHS = {
    "cycle": graph(node("Add", ["x", "b"], ["a"], "first") + node("Add", ["a", "x"], ["b"], "second")
                   + node("Add", ["a", "b"], ["y"], "last")),
    "itself": graph(node("Add", ["y", "x"], ["y"], "snake")),
    "missing-initializer": graph(node("Add", ["x", "w"], ["y"], "add")),
    "missing-output": graph(node("Add", ["x", "x"], ["z"], "add")),
    "twice": graph(node("Relu", ["x"], ["y"], "one") + node("Relu", ["x"], ["y"], "two")),
    "initializer-twice": graph(node("Add", ["x", "w"], ["y"], "add"), [tensor("w", [2], TWO)] * 2),
    "short-data": add(tensor("w", [2], TWO[:7])),
    "long-data": add(tensor("w", [2], TWO + TWO)),
    "no-data": add(tensor("w", [1 << 39])),
    "negative-dim": add(tensor("w", [-2], TWO)),
    "huge-dim": add(tensor("w", [1 << 62], TWO)),
    "overflow": add(tensor("w", [1 << 32, 1 << 32, 0])),
    "many-dims": add(tensor("w", [1] * 1000, TWO)),
    "huge-input": graph(node("Relu", ["x"], ["y"], "relu"), dims=(1 << 62,)),
    "negative-input": graph(node("Relu", ["x"], ["y"], "relu"), dims=(-1,)),
    "deep": nested(30),
    "bottomless": nested(3000),
    "external-missing": add(external("w", [2], location="nowhere.bin")),
    "external-short": add(external("w", [2], location="weights.bin", offset=4)),
    "external-offset": add(external("w", [2], location="weights.bin", offset=1 << 62)),
    "external-length": add(external("w", [2], location="weights.bin", offset=4, length=(1 << 64) - 4)),
    "external-number": add(external("w", [2], location="weights.bin", offset="four")),
    "external-outside": add(external("w", [2], location="../secret.bin")),
    "external-absolute": add(external("w", [2], location="/etc/hostname")),
    "external-link": add(external("w", [2], location="link.bin")),
    "external-folder": add(external("w", [2], location=".")),
    "external-nothing": add(external("w", [2])),
}  # fmt: skip


def main(folder):
    os.makedirs(folder)
    for name, content in GRAPHS.items():
        with open(os.path.join(folder, name + ".onnx"), "wb") as file:
            file.write(integer(1, 7) + data(7, content) + data(8, integer(2, 18)))
    with open(os.path.join(folder, "weights.bin"), "wb") as file:
        file.write(TWO)
    with open(os.path.join(folder, "..", "secret.bin"), "wb") as file:
        file.write(TWO)
    os.symlink("../secret.bin", os.path.join(folder, "link.bin"))


if __name__ == "__main__":
    main(sys.argv[1])
