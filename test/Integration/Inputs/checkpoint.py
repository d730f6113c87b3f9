"""Models, inputs and payloads for checkpoints that come quantized.

Usage: checkpoint.py model FOLDER OUT            OUT/model.onnx has a product for each layer of FOLDER/expected.safetensors, OUT/<i>.npy
                                                 its inputs and OUT/want<i>.npy what they give: input x weight^T
       checkpoint.py payload FORMAT FOLDER IR    the codes of the IR are those of FOLDER/model.safetensors, bit for bit
       checkpoint.py compressed FOLDER OUT KIND  writes a checkpoint of compressed-tensors (KIND int4, int4-order, int8 or f8) and what
                                                 it shall give, of the float weights of FOLDER
       checkpoint.py calibration FOLDER OUT COUNT    the inputs 0 … COUNT - 1 of `model` in one .npz file

Layers are named model.layers.<number>.dense. Every second weight of the model is a MatMul's [inputs, outputs], the others are a Gemm's.
"""

import array
import json
import math
import os
import re
import sys

import arrays
import safetensors

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "..", "Models"))
from onnx_writer import Graph  # noqa: E402


class Zeros:
    """As much of a numpy array as onnx_writer asks for."""

    dtype = "float32"

    def __init__(self, *shape):
        self.shape = shape

    def tobytes(self):
        return bytes(4 * math.prod(self.shape))


def find_layers(tensors):
    return sorted({name[: -len(".weight")] for name in tensors if name.endswith(".weight")})


def model(folder, out):
    tensors = safetensors.load(os.path.join(folder, "expected.safetensors"))
    graph = Graph("layers")
    for i, layer in enumerate(find_layers(tensors)):
        _, (rows, columns), _ = weight = tensors[layer + ".weight"]
        _, shape, data = tensors[layer + ".input"]
        graph.input(f"x{i}", shape)
        graph.output(f"y{i}", [shape[0], rows])
        if i % 2:
            graph.constant(layer + ".weight", Zeros(*weight[1]))
            graph.node("Gemm", [f"x{i}", layer + ".weight"], f"product{i}", f"y{i}", transB=1)
        else:
            graph.constant(layer + ".weight", Zeros(columns, rows))
            graph.node("MatMul", [f"x{i}", layer + ".weight"], f"product{i}", f"y{i}")
        arrays.save(os.path.join(out, f"x{i}.npy"), shape, array.array("f", data))
        arrays.save(os.path.join(out, f"want{i}.npy"), [shape[0], rows], array.array("f", tensors[layer + ".matmul"][2]))
    graph.save(os.path.join(out, "model.onnx"), producer="checkpoint.py")
    return True


def calibration(folder, out, count):
    arrays.save_npz(out, **{f"x{i}": arrays.load(os.path.join(folder, f"x{i}.npy")) for i in range(int(count))})
    return True


#===-- The codes of a layer, by output and input, as each format's own documentation has them. --------------------------===#


def gptq_codes(tensors, layer):
    _, (_, outputs), _ = tensors[layer + ".qweight"]
    words = safetensors.numbers(tensors[layer + ".qweight"])
    groups = safetensors.numbers(tensors[layer + ".g_idx"])
    order = sorted(range(len(groups)), key=groups.__getitem__)
    return [[words[k // 8 * outputs + n] >> 4 * (k % 8) & 15 for k in order] for n in range(outputs)]


def awq_codes(tensors, layer):
    _, (inputs, width), _ = tensors[layer + ".qweight"]
    words = safetensors.numbers(tensors[layer + ".qweight"])
    shifts = [4 * place for place in (0, 4, 1, 5, 2, 6, 3, 7)]
    return [[words[k * width + n // 8] >> shifts[n % 8] & 15 for k in range(inputs)] for n in range(8 * width)]


def bnb_codes(tensors, layer):
    state = json.loads(tensors[layer + ".weight.quant_state.bitsandbytes__nf4"][2])
    outputs, inputs = state["shape"]
    data = tensors[layer + ".weight"][2]
    return [[data[(n * inputs + k) // 2] >> (0 if k % 2 else 4) & 15 for k in range(inputs)] for n in range(outputs)]


def compressed_codes(tensors, layer):
    if layer + ".weight" in tensors:
        _, (outputs, inputs), data = tensors[layer + ".weight"]
        return [list(data[n * inputs : (n + 1) * inputs]) for n in range(outputs)]
    outputs, inputs = safetensors.numbers(tensors[layer + ".weight_shape"])
    words = safetensors.numbers(tensors[layer + ".weight_packed"])
    groups = safetensors.numbers(tensors[layer + ".weight_g_idx"]) if layer + ".weight_g_idx" in tensors else [0] * inputs
    order = sorted(range(inputs), key=groups.__getitem__)
    return [[words[n * (inputs // 8) + k // 8] >> 4 * (k % 8) & 15 for k in order] for n in range(outputs)]


CODES = {"gptq": gptq_codes, "awq": awq_codes, "bnb": bnb_codes, "compressed": compressed_codes}


def read_constants(path):
    """{SSA name: bytes} of the constants in IR text that are no lists."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    # A blob's first four bytes are its alignment.
    blobs = {name: bytes.fromhex(digits[8:]) for name, digits in re.findall(r'(\w+): "0x([0-9A-F]+)"', text)}
    uses = re.findall(r"(%\w+) = arith.constant dense_resource<(\w+)> : tensor<[\dx]+xi8>", text)
    dense = re.findall(r'(%\w+) = arith.constant dense<"0x([0-9A-F]+)"> : tensor<[\dx]+xi8>', text)
    return text, {ssa: blobs[resource] for ssa, resource in uses} | {ssa: bytes.fromhex(digits) for ssa, digits in dense}


def payload(kind, folder, path):
    """Low first in rows of bytes, but those of bitsandbytes, which are high first as in the file."""
    tensors = safetensors.load(os.path.join(folder, "model.safetensors"))
    text, constants = read_constants(path)
    found = [constants[ssa] for ssa in re.findall(r"nibble.contract ins\(%\w+, (%\w+) :", text)] or [
        constants[ssa] for ssa in re.findall(r"nibble.dequantize (%\w+) ", text)]
    layers = find_layers(safetensors.load(os.path.join(folder, "expected.safetensors")))
    assert len(found) == len(layers), f"{len(found)} filters, {len(layers)} layers"
    for layer, data in zip(layers, found, strict=True):
        rows = CODES[kind](tensors, layer)
        if len(data) == len(rows) * len(rows[0]):
            want = bytes(code for row in rows for code in row)
        else:
            low, high = (4, 0) if kind == "bnb" else (0, 4)
            want = bytes(row[k] << low | row[k + 1] << high for row in rows for k in range(0, len(row), 2))
        assert data == want, f"{layer}: {sum(a != b for a, b in zip(data, want))} of {len(want)} bytes differ"
        print(f"{layer}: the same {len(want)} bytes")
    return True


#===-- compressed-tensors ------------------------------------------------------------------------------------------------===#


def round_f16(number):
    return safetensors.numbers(safetensors.tensor("F16", [1], [number]))[0]


def decode_f8(code):
    exponent, fraction = code >> 3 & 15, code & 7
    magnitude = (8 + fraction) * 2.0 ** (exponent - 10) if exponent else fraction * 2.0**-9
    return -magnitude if code & 128 else magnitude


F8 = sorted((decode_f8(code), code) for code in range(256) if code & 127 != 127 and code != 128)


def encode_f8(number):
    return min(F8, key=lambda pair: abs(pair[0] - number))[1]


def quantize_row(row, kind, groups, size):
    """Codes and scales of a row; `groups` has the group of each input."""
    limit = {"int4": 7, "int8": 127, "f8": 448}[kind]
    scales = [round_f16(max(abs(x) for x, g in zip(row, groups) if g == group) / limit) for group in range(len(row) // size)]
    quotients = [x / scales[g] for x, g in zip(row, groups)]
    if kind == "f8":
        codes = [encode_f8(x) for x in quotients]
        return codes, scales, [decode_f8(code) * scales[g] for code, g in zip(codes, groups)]
    codes = [max(-limit - 1, min(limit, round(x))) for x in quotients]
    return codes, scales, [code * scales[g] for code, g in zip(codes, groups)]


def pack(codes):
    """8 codes, 8 more than they are, in an i32."""
    for i in range(0, len(codes), 8):
        word = sum((code + 8) << 4 * j for j, code in enumerate(codes[i : i + 8]))
        yield word - (1 << 32 if word >> 31 else 0)


def compressed_layer(layer, weight, kind):
    """Tensors of a layer, and its weight as they give it."""
    rows, columns, values = *weight[1], safetensors.numbers(weight)
    name, is_ordered = kind.split("-")[0], kind.endswith("order")
    size = 32 if name == "int4" else columns
    groups = [(k * 7 + 3) % columns // size if is_ordered else k // size for k in range(columns)]
    quantized = [quantize_row(values[n * columns : (n + 1) * columns], name, groups, size) for n in range(rows)]
    codes, scales, decoded = ([x for row in part for x in row] for part in zip(*quantized))
    tensors = {f"{layer}.weight_scale": safetensors.tensor("F16", [rows, columns // size], scales)}
    if name != "int4":
        dtype = "I8" if name == "int8" else "F8_E4M3"
        return tensors | {f"{layer}.weight": safetensors.tensor(dtype, [rows, columns], codes)}, decoded
    tensors[f"{layer}.weight_packed"] = safetensors.tensor("I32", [rows, columns // 8], list(pack(codes)))
    tensors[f"{layer}.weight_shape"] = safetensors.tensor("I64", [2], [rows, columns])
    if is_ordered:
        tensors[f"{layer}.weight_g_idx"] = safetensors.tensor("I32", [columns], groups)
    return tensors, decoded


def compressed(folder, out, kind):
    floats, stored, expected = safetensors.load(os.path.join(folder, "model.safetensors")), {}, {}
    for number in (1, 4, 5):  # 128x128, 8x128, 128x8
        layer = f"model.layers.{number}.dense"
        weight = floats[layer + ".weight"]
        rows, columns = weight[1]
        if columns % 32 and kind.startswith("int4"):
            continue
        tensors, decoded = compressed_layer(layer, weight, kind)
        stored |= tensors
        inputs = [((k * 37 + m * 11) % 101 - 50) / 50 for m in range(4) for k in range(columns)]
        product = [sum(inputs[m * columns + k] * decoded[n * columns + k] for k in range(columns)) for m in range(4) for n in range(rows)]
        expected[layer + ".weight"] = safetensors.tensor("F32", [rows, columns], decoded)
        expected[layer + ".input"] = safetensors.tensor("F32", [4, columns], inputs)
        expected[layer + ".matmul"] = safetensors.tensor("F32", [4, rows], product)
    safetensors.save(os.path.join(out, "model.safetensors"), stored)
    safetensors.save(os.path.join(out, "expected.safetensors"), expected)
    return True


if __name__ == "__main__":
    commands = {"model": model, "calibration": calibration, "payload": payload, "compressed": compressed}
    sys.exit(not commands[sys.argv[1]](*sys.argv[2:]))
