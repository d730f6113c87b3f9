"""Writes an ONNX file from its text: python3 onnx_text.py MODEL.txt MODEL.onnx.

The text is that of https://github.com/onnx/onnx/blob/main/docs/Syntax.md without functions:

  <opset_import: ["": 18, "com.microsoft": 1]>
  name (float[N,3] x, int64[1] axes = {1}) => (float[N,1] y) <float w = {0.5}> {
    square = Mul (x, x)
    [the_sum] y = ReduceSum <keepdims = 1> (square, axes)
    z = com.microsoft.Gelu (y)
  }

The element type and shape of an output are not needed by the importer, and `y` alone is a float tensor. Comments begin with `#`
or `//`. Nodes without a name in brackets are called after their first result.
"""

import re
import struct
import sys

import onnx_writer

# Name in the text -> numpy's name, struct's letter; of small elements, which are written as their codes, the number of bits.
DTYPES = {
    "float": ("float32", "f"), "double": ("float64", "d"), "float16": ("float16", "e"), "bfloat16": ("bfloat16", "H"),
    "bool": ("bool", "?"), "int8": ("int8", "b"), "int16": ("int16", "h"), "int32": ("int32", "i"), "int64": ("int64", "q"),
    "uint8": ("uint8", "B"), "uint16": ("uint16", "H"), "uint32": ("uint32", "I"), "uint64": ("uint64", "Q"),
    "float8e4m3fn": ("float8e4m3fn", 8), "float8e4m3fnuz": ("float8e4m3fnuz", 8), "float8e5m2": ("float8e5m2", 8),
    "float8e5m2fnuz": ("float8e5m2fnuz", 8), "uint4": ("uint4", 4), "int4": ("int4", 4), "float4e2m1": ("float4e2m1", 4),
    "float8e8m0": ("float8e8m0", 8), "uint2": ("uint2", 2), "int2": ("int2", 2),
}  # fmt: skip

TOKEN = re.compile(
    r"""\s+|(?:\#|//)[^\n]*|(?P<string>"[^"]*")|(?P<number>-?(?:inf|nan)\b|[-+]?\d[\d.]*(?:e[-+]?\d+)?)|"""
    r"""(?P<name>[A-Za-z_/](?:[\w./-]|:{1,2}(?=\w))*)|(?P<mark>=>|[^\s])""",
    re.VERBOSE,
)


class Array:
    """As much of a numpy array as onnx_writer asks for."""

    def __init__(self, dtype, shape, values):
        self.dtype, letter = DTYPES[dtype]
        self.shape, self.values, self.letter = shape, values, letter

    def tobytes(self):
        values = self.values
        if self.dtype == "bfloat16":
            values = [struct.unpack("<I", struct.pack("<f", value))[0] >> 16 for value in values]
        if isinstance(self.letter, int):
            bits = sum((value & (1 << self.letter) - 1) << place * self.letter for place, value in enumerate(values))
            return bits.to_bytes((len(values) * self.letter + 7) // 8, "little")
        return struct.pack(f"<{len(values)}{self.letter}", *values)


class Parser:
    def __init__(self, text):
        self.tokens = [match for match in TOKEN.finditer(text) if match.lastgroup]
        self.position = 0

    def peek(self):
        return self.tokens[self.position].group() if self.position < len(self.tokens) else ""

    def take(self, expected=None):
        token = self.peek()
        if not token or expected not in (None, token):
            sys.exit(f"onnx_text: expected {expected or 'more text'}, got {token or 'the end'}")
        self.position += 1
        return token

    def accept(self, token):
        found = self.peek() == token
        self.position += found
        return found

    def list_of(self, begin, element, end):
        """begin element, element … end."""
        elements = []
        self.take(begin)
        while not self.accept(end):
            elements.append(element())
            self.accept(",")
        return elements

    def number(self):
        token = self.take()
        return int(token) if re.fullmatch(r"[-+]?\d+", token) else float(token)

    def element(self):
        """Of a list: a number or a string."""
        return self.take()[1:-1] if self.peek().startswith('"') else self.number()

    def dimension(self):
        return int(self.take()) if self.peek().isdigit() else self.take()

    def tensor_type(self):
        """float[2,3]; `float` alone is a scalar."""
        dtype = self.take()
        return dtype, self.list_of("[", self.dimension, "]") if self.peek() == "[" else []

    def tensor(self, dtype, shape):
        return Array(dtype, shape, self.list_of("{", self.number, "}"))

    def value(self):
        """(type or None, name, array or None)."""
        type_ = self.tensor_type() if self.tokens[self.position + 1].group() not in (",", ")") else None
        name = self.take()
        return type_, name, self.tensor(*type_) if self.accept("=") else None

    def attribute(self):
        name = self.take()
        if self.accept(":"):
            self.take()  # The type of a list that may be empty.
        self.take("=")
        token = self.peek()
        if token.startswith('"'):
            return name, self.take()[1:-1]
        if token == "[":
            return name, self.list_of("[", self.element, "]")
        if token in DTYPES:
            return name, self.tensor(*self.tensor_type())
        return name, self.graph() if self.tokens[self.position].lastgroup == "name" else self.number()

    def operand(self):
        """An absent one is written as ""."""
        return self.take().strip('"')

    def node(self, graph):
        name = "".join(self.list_of("[", self.take, "]")) if self.peek() == "[" else ""
        results = [self.operand()]
        while not self.accept("="):
            self.take(",")
            results.append(self.operand())
        domain, _, op = self.take().rpartition(".")
        attributes = dict(self.list_of("<", self.attribute, ">")) if self.peek() == "<" else {}
        graph.multi_node(op, self.list_of("(", self.operand, ")"), results, name, domain, **attributes)

    def opset(self):
        domain = self.take().strip('"')
        self.take(":")
        return domain, self.number()

    def header(self):
        self.take("opset_import")
        self.take(":")
        return dict(self.list_of("[", self.opset, "]"))

    def graph(self):
        graph = onnx_writer.Graph(self.take())
        for type_, name, array in self.list_of("(", self.value, ")"):
            graph.input(name, type_[1], DTYPES[type_[0]][0])
            if array:
                graph.constant(name, array)
        self.take("=>")
        for type_, name, _ in self.list_of("(", self.value, ")"):
            graph.output(name, type_[1] if type_ else [], DTYPES[type_[0]][0] if type_ else "float32")
        if self.peek() == "<":
            for _, name, array in self.list_of("<", self.value, ">"):
                graph.constant(name, array)
        self.take("{")
        while not self.accept("}"):
            self.node(graph)
        return graph

    def model(self, path):
        opsets = {"": 18}
        if self.peek() == "<":
            opsets.update(self.list_of("<", self.header, ">")[0])
        self.graph().save(path, "onnx_text", opsets.pop(""), **opsets)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        Parser(file.read()).model(sys.argv[2])
