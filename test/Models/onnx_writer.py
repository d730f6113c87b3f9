"""Writes ONNX files with the standard library: the few messages of onnx.proto that models need.

Field numbers and types are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto; the encoding is
https://protobuf.dev/programming-guides/encoding. An array is a numpy array or anything with its `dtype`, `shape` and
`tobytes()`.
"""

import struct

# numpy's name -> TensorProto.DataType. bfloat16 and what follows are no types of numpy.
ELEMENT_TYPES = {
    "float32": 1, "uint8": 2, "int8": 3, "uint16": 4, "int16": 5, "int32": 6, "int64": 7, "bool": 9, "float16": 10,
    "float64": 11, "uint32": 12, "uint64": 13, "bfloat16": 16, "float8e4m3fn": 17, "float8e4m3fnuz": 18, "float8e5m2": 19,
    "float8e5m2fnuz": 20, "uint4": 21, "int4": 22, "float4e2m1": 23, "float8e8m0": 24, "uint2": 25, "int2": 26,
}  # fmt: skip


def varint(value):
    value &= (1 << 64) - 1  # Negative numbers are written as 64-bit two's complement.
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def integer(field, value):
    return varint(field << 3 | 0) + varint(value)


def data(field, value):
    """A string, bytes or an embedded message."""
    value = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(value)) + value


def real(field, value):
    return varint(field << 3 | 5) + struct.pack("<f", value)


def tensor(name, array):
    dims = b"".join(integer(1, size) for size in array.shape)
    return dims + integer(2, ELEMENT_TYPES[str(array.dtype)]) + data(8, name) + data(9, array.tobytes())


def attribute(name, value):
    """The kind follows from the Python type: float, int, str, array, Graph, list of int, str or float."""
    if isinstance(value, float):
        kind, payload = 1, real(2, value)
    elif isinstance(value, int):
        kind, payload = 2, integer(3, value)
    elif isinstance(value, str):
        kind, payload = 3, data(4, value)
    elif hasattr(value, "tobytes"):
        kind, payload = 4, data(5, tensor("", value))
    elif isinstance(value, Graph):
        kind, payload = 5, data(6, value.encode())
    elif value and all(isinstance(element, str) for element in value):
        kind, payload = 8, b"".join(data(9, element) for element in value)
    elif all(isinstance(element, int) for element in value):
        kind, payload = 7, b"".join(integer(8, element) for element in value)
    else:
        kind, payload = 6, b"".join(real(7, element) for element in value)
    return data(1, name) + payload + integer(20, kind)


def value_info(name, shape, dtype="float32"):
    """A tensor; a str in the shape is a symbolic dimension."""
    dims = b"".join(data(1, data(2, size) if isinstance(size, str) else integer(1, size)) for size in shape)
    tensor_type = integer(1, ELEMENT_TYPES[dtype]) + data(2, dims)
    return data(1, name) + data(2, data(1, tensor_type))


class Graph:
    """A graph under construction. Nodes are added in the order of execution; each call returns the name of its result."""

    def __init__(self, name):
        self.name = name
        self.nodes, self.initializers, self.inputs, self.outputs = [], [], [], []

    def input(self, name, shape, dtype="float32"):
        self.inputs.append(value_info(name, shape, dtype))
        return name

    def output(self, name, shape, dtype="float32"):
        self.outputs.append(value_info(name, shape, dtype))

    def constant(self, name, array):
        self.initializers.append(tensor(name, array))
        return name

    def multi_node(self, op, inputs, results, name, domain="", **attributes):
        """A node with several results."""
        encoded = b"".join(data(1, operand) for operand in inputs) + b"".join(data(2, result) for result in results)
        encoded += data(3, name) + data(4, op)
        encoded += b"".join(data(5, attribute(key, value)) for key, value in sorted(attributes.items()))
        self.nodes.append(encoded + (data(7, domain) if domain else b""))

    def node(self, op, inputs, name, result=None, **attributes):
        """`name` names the node, and its result unless `result` does."""
        result = result or name
        self.multi_node(op, inputs, [result], name, **attributes)
        return result

    def encode(self):
        graph = b"".join(data(1, node) for node in self.nodes) + data(2, self.name)
        graph += b"".join(data(5, initializer) for initializer in self.initializers)
        graph += b"".join(data(11, value) for value in self.inputs)
        return graph + b"".join(data(12, value) for value in self.outputs)

    def save(self, path, producer, opset=13, **domains):
        """`domains` are the versions of domains beside the default one."""
        model = integer(1, 7) + data(2, producer) + data(7, self.encode())
        for domain, version in {"": opset, **domains}.items():
            model += data(8, data(1, domain) + integer(2, version))
        with open(path, "wb") as file:
            file.write(model)
