"""The project's model in QDQ form, with the codes, scales and biases that nibble gave it.

Usage: qdq.py write QUANTIZED.mlir MODEL.onnx   of what nibble compile --compile-to=quantize wrote
       qdq.py same FUSED.mlir QUANTIZED.mlir    whether the filters of both have the same codes
"""

import re
import struct
import sys

import onnx_writer

# Node, what it reads, strides, groups, pads; each is a convolution with a ReLU behind it.
CONVOLUTIONS = [
    ("conv_0", 1, 1, 1), ("conv_1", 2, 1, 1), ("conv_2", 1, 32, 1), ("conv_3", 1, 1, 0), ("conv_4", 2, 1, 1),
]  # fmt: skip


class Array:
    def __init__(self, dtype, shape, letter, values):
        self.dtype, self.shape, self.letter, self.values = dtype, shape, letter, values

    def tobytes(self):
        return struct.pack(f"<{len(self.values)}{self.letter}", *self.values)


class Program:
    """Constants, and which op of which node reads them."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.blobs = {name: bytes.fromhex(data)[4:] for name, data in re.findall(r'([\w.]+): "0x([0-9A-F]*)"', text)}
        self.names = dict(re.findall(r'^(#loc\d*) = loc\("([^"]*)"', text, re.MULTILINE))
        self.constants = {}
        self.lines = text.splitlines()
        for line in self.lines:
            if match := re.match(r"\s*(%\S+) = arith\.constant (dense\S*<.*>) : tensor<(\S+)>", line):
                self.constants[match[1]] = self.constant(match[2], match[3])

    def constant(self, value, type_):
        *shape, element = type_.split("x")
        shape, letter = [int(size) for size in shape], {"f32": "f", "i32": "i", "i8": "b"}.get(element)
        if letter is None:
            return None
        count = 1
        for size in shape:
            count *= size
        if value.startswith("dense_resource"):
            return shape, list(struct.unpack(f"<{count}{letter}", self.blobs[value[15:-1]]))
        if value.startswith('dense<"0x'):
            return shape, list(struct.unpack(f"<{count}{letter}", bytes.fromhex(value[9:-2])))
        numbers = [struct.unpack("<f", struct.pack("<f", float(text)))[0] if letter == "f" else int(text) for text in re.findall(r"-?[\d.]+(?:[eE][-+]\d+)?", value)]
        return shape, numbers * count if len(numbers) == 1 else numbers

    def find(self, op, name, operands):
        """The operands of the first op of that name, of those that a node became, where they are constants."""
        for line in self.lines:
            location = re.search(r"loc\((#loc\d*)\)\s*$", line)
            match = re.search(operands, line) if f"= {op} " in line else None
            if match and location and self.names.get(location[1]) == name and all(map(self.constants.get, match.groups())):
                return [self.constants[operand] for operand in match.groups()]
        sys.exit(f"qdq.py: no {op} of {name}")

    def filters(self):
        """Codes of all convolutions and products, in program order; a product's as [K, N]."""
        found = []
        for line in self.lines:
            match = re.search(r"nibble\.(conv|contract) ins\(%\w+, (%\w+) : tensor<\S+i8>, tensor<\S+i8>\)", line)
            if not match:
                continue
            shape, codes = self.constants[match[2]]
            if "transposeFilter" in line:
                codes = [codes[n * shape[1] + k] for k in range(shape[1]) for n in range(shape[0])]
            found.append(codes)
        return found


class Writer:
    def __init__(self, program):
        self.program = program
        self.graph = onnx_writer.Graph("glyphs")
        self.scales = {}

    def single(self, name, dtype, letter, value):
        return self.graph.constant(name, Array(dtype, [], letter, [value]))

    def quantized(self, value, node):
        """A value through the codes that nibble stores the result of a node in."""
        scale, zero = self.program.find("nibble.quantize", node, r"scale\((%\S+) .*zero_point\((%\S+) ")
        self.scales[node] = scale[1][0]
        parameters = [self.single(node + ".scale", "float32", "f", scale[1][0]), self.single(node + ".zero", "uint8", "B", zero[1][0])]
        codes = self.graph.node("QuantizeLinear", [value, *parameters], node + ".codes")
        return self.graph.node("DequantizeLinear", [codes, *parameters], node + ".real")

    def weights(self, node, location, input_node, order):
        """Filter and bias of a node, dequantized; dimension i of the filter in the file is `order[i]` of nibble's."""
        (shape, codes), (_, scales) = self.program.find("nibble.dequantize", location, r"nibble\.dequantize (%\S+) scale\((%\S+) ")
        (_, bias) = self.program.find("nibble.conv" if len(shape) == 4 else "nibble.contract", node, r"bias\((%\S+) ")[0]
        strides = [1] * len(shape)
        for dim in reversed(range(len(shape) - 1)):
            strides[dim] = strides[dim + 1] * shape[dim + 1]
        turned = [0]
        for dim in order:
            turned = [position + i * strides[dim] for position in turned for i in range(shape[dim])]
        unit = [self.scales[input_node] * scale for scale in scales]
        self.graph.constant(node + ".w", Array("int8", [shape[dim] for dim in order], "b", [codes[i] for i in turned]))
        self.graph.constant(node + ".ws", Array("float32", [len(scales)], "f", scales))
        self.graph.constant(node + ".b", Array("int32", [len(bias)], "i", [round(b / u) for b, u in zip(bias, unit)]))
        self.graph.constant(node + ".bs", Array("float32", [len(bias)], "f", unit))
        return [
            self.graph.node("DequantizeLinear", [node + ".w", node + ".ws"], node + ".filter", axis=0),
            self.graph.node("DequantizeLinear", [node + ".b", node + ".bs"], node + ".bias", axis=0),
        ]

    def write(self, path):
        value, node = self.quantized(self.graph.input("image", ["batch", 1, 16, 16]), "image"), "image"
        for index, (name, stride, groups, pad) in enumerate(CONVOLUTIONS):
            operands = [value, *self.weights(name, name, node, [3, 2, 0, 1])]
            result = self.graph.node("Conv", operands, name, group=groups, pads=[pad] * 4, strides=[stride] * 2)
            if name == "conv_3":
                result = self.graph.node("Add", ["relu_1.real", result], "add_0")
            node = f"relu_{index}"
            value = self.quantized(self.graph.node("Relu", [result], node), node)
        value = self.quantized(self.graph.node("GlobalAveragePool", [value], "pool"), "pool")
        flat = self.graph.node("Flatten", [value], "flatten")
        self.graph.node("Gemm", [flat, *self.weights("fc", "fc.weight", "pool", [1, 0])], "logits", transB=1)
        self.graph.output("logits", ["batch", 10])
        self.graph.save(path, "nibble", opset=13)


def same(fused, quantized):
    got = Program(fused).filters()
    program = Program(quantized)
    want = [program.find("nibble.dequantize", name, r"nibble\.dequantize (%\S+) ")[0][1] for name, *_ in CONVOLUTIONS]
    want.append(program.find("nibble.dequantize", "fc.weight", r"nibble\.dequantize (%\S+) ")[0][1])
    print(f"{sum(map(len, got))} codes in {len(got)} filters")
    return got == want


if __name__ == "__main__":
    command, first, second = sys.argv[1:]
    if command == "write":
        Writer(Program(first)).write(second)
    else:
        sys.exit(not same(first, second))
