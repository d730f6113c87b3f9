"""Codes of small floats and integers by their definition (docs/Spec.md, "Codecs").

Usage: small_elements.py write DIR       all bytes as codes.npy, numbers as x.npy
       small_elements.py check DIR       what small-elements.test made of them
       small_elements.py truncated FILE  a model with an int4 constant that is too short
"""

import array
import math
import os
import random
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "..", "Integration", "Inputs"))
import arrays

# Name -> bits, fraction bits, bias, which codes are no numbers.
FLOATS = {
    "float8e4m3fn": (8, 3, 7, "fn"), "float8e4m3fnuz": (8, 3, 8, "fnuz"), "float8e5m2": (8, 2, 15, "ieee"),
    "float8e5m2fnuz": (8, 2, 16, "fnuz"), "float4e2m1": (4, 1, 1, "none"),
}  # fmt: skip
INTEGERS = {"int4": [7, -8, 3, -1, 5], "uint4": [7, 8, 15, 0, 5], "int2": [1, -2, -1, 0, 1], "uint2": [1, 2, 3, 0, 1]}


def decode(name, code):
    bits, fraction_bits, bias, special = FLOATS[name]
    sign = 1 << (bits - 1)
    magnitude = code & (sign - 1)
    exponent, fraction = magnitude >> fraction_bits, magnitude & ((1 << fraction_bits) - 1)
    infinity = sign - (1 << fraction_bits)
    if (special == "fn" and magnitude == sign - 1) or (special == "fnuz" and code == sign):
        return math.nan
    if special == "ieee" and magnitude >= infinity:
        return math.nan if magnitude > infinity else math.copysign(math.inf, -1 if code & sign else 1)
    significand = fraction | (1 << fraction_bits if exponent else 0)
    return (-1.0 if code & sign else 1.0) * math.ldexp(significand, max(exponent, 1) - bias - fraction_bits)


def encode(name, value, saturate):
    """The nearest of all numbers, of two equally near the one with the even code."""
    bits, fraction_bits, _, special = FLOATS[name]
    sign_bit = 1 << (bits - 1)
    sign = sign_bit if math.copysign(1, value) < 0 else 0
    quiet = sign_bit - (1 << fraction_bits) | 1 << (fraction_bits - 1)
    nan = {"fn": sign | (sign_bit - 1), "fnuz": sign_bit, "none": 0, "ieee": sign | quiet}[special]
    if math.isnan(value):
        return nan
    finite = [code for code in range(sign_bit) if math.isfinite(decode(name, code))]
    largest = decode(name, finite[-1])
    beyond = 2 * largest - decode(name, finite[-2]) if special != "none" else math.inf  # The next number, if there were one.
    halfway = (largest + beyond) / 2
    if not saturate and (abs(value) > halfway or (abs(value) == halfway and finite[-1] & 1)):
        return sign | (finite[-1] + 1) if special == "ieee" else nan
    code = min(finite, key=lambda candidate: (abs(decode(name, candidate) - min(abs(value), largest)), candidate & 1))
    return 0 if code == 0 and special == "fnuz" else sign | code


def numbers():
    generator = random.Random(5)
    values = [0.0, -0.0, math.inf, -math.inf, math.nan, 1.0, 448.0, 464.0, 464.1, 57344.0, 61440.0, 61439.0, 240.0, 248.0, 6.0, 7.0, 1e6, -1e6]
    values += [math.ldexp(generator.uniform(-2, 2), generator.randint(-20, 17)) for _ in range(150)]
    for name in FLOATS:  # Halfway between neighbours.
        values += [(decode(name, code) + decode(name, code + 1)) / 2 for code in (0, 1, 2, 5)]
    return array.array("f", values)


def equal(got, want):
    return all(a == b and math.copysign(1, a) == math.copysign(1, b) or (a != a and b != b) for a, b in zip(got, want, strict=True))


def check(folder):
    load = lambda name: arrays.load(os.path.join(folder, name + ".npy"))[1]
    for name, (bits, *_) in FLOATS.items():
        assert equal(load(name), [decode(name, code) for code in range(1 << bits)]), name
        for suffix in ("_codes", "_special")[: 2 if bits == 8 else 1]:
            for x, got in zip(numbers(), load(name + suffix), strict=True):
                want = encode(name, x, suffix == "_codes")
                assert got == want, f"{name}{suffix}: {x} became {got:#x}, expected {want:#x}"
    assert equal(load("float8e8m0"), [math.ldexp(1, code - 127) for code in range(255)] + [math.nan])
    for name, want in INTEGERS.items():
        assert list(load(name)) == want, name
    near = [0 if x != x else int(max(min(x, 100.0), -100.0)) for x in numbers()]
    got = load("int4_codes"), load("uint2_codes")
    for x, signed, unsigned in zip(near, *got, strict=True):
        assert ((x + 8) % 16 - 8, x % 4) == (signed, unsigned), x


def truncated(path):
    import onnx_writer

    graph = onnx_writer.Graph("truncated")
    words = onnx_writer.integer(1, 5) + onnx_writer.integer(2, 22) + onnx_writer.data(8, "w") + onnx_writer.data(9, b"\1\2")
    graph.initializers.append(words)
    graph.output(graph.node("Identity", ["w"], "y"), [5], "int4")
    graph.save(path, "small_elements", opset=25)


if __name__ == "__main__":
    command, target = sys.argv[1:]
    if command == "check":
        check(target)
    elif command == "truncated":
        truncated(target)
    else:
        arrays.save(os.path.join(target, "codes.npy"), [256], array.array("B", range(256)))
        arrays.save(os.path.join(target, "x.npy"), [len(numbers())], numbers())
