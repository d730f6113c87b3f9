"""Writes a program of matrix products whose filters are random codes: make_codes.py integer|float FILE.mlir

integer: the input is quantized to u8 with a zero point; float: it stays float. Shapes are one, prime, and larger than a tile.
"""

import random
import sys

# Codec, bits, rows of the input, reduction, results, group, scale type, whether groups have zero points.
CASES = [
    ("s4", 4, 1, 1, 1, 32, "f32", False),
    ("s4", 4, 1, 257, 67, 32, "f16", False),
    ("u4", 4, 3, 131, 33, 32, "f32", True),
    ("s2", 2, 5, 192, 130, 64, "f16", False),
    ("s3", 3, 7, 97, 17, 16, "bf16", False),
    ("u2", 2, 13, 64, 96, 64, "f16", True),
    ("s5", 5, 2, 61, 5, 0, "f32", False),
    ("s6", 6, 1, 128, 48, 128, "f32", False),
    ("u3", 3, 31, 320, 40, 32, "f32", True),
]
TABLES = [
    ("nf4", 4, 1, 257, 67, 64, "f32", False),
    ("f4E2M1FN", 4, 3, 96, 33, 32, "f16", False),
    ("f8E4M3FN", 8, 2, 61, 17, 0, "f32", False),
]


def hex_of(data):
    return 'dense<"0x' + bytes(data).hex().upper() + '">'


def constant(name, values, tensor_type):
    return f"  %{name} = arith.constant {values} : {tensor_type}\n"


def product(number, case, is_integer):
    codec, bits, m, k, n, group, scale_type, has_zeros = case
    row_bytes = (k * bits + 7) // 8
    # 0x7f and 0xff of f8E4M3FN are NaN.
    codes = [random.randrange(112 if codec == "f8E4M3FN" else 256) for _ in range(n * row_bytes)]
    groups = -(-k // group) if group else 1
    scales = "dense<[" + ", ".join("[" + ", ".join(f"{random.randrange(1, 64) / 512}" for _ in range(groups)) + "]" for _ in range(n)) + "]>"
    zeros = "dense<[" + ", ".join("[" + ", ".join(str(random.randrange(1 << bits)) for _ in range(groups)) + "]" for _ in range(n)) + "]>"
    scheme = f"<{codec}, block = [1, {group}], scale = [{scale_type}]" + (", zero_point = integer>" if has_zeros else ">")
    x, source = f"tensor<{m}x{k}xf32>", f"%x{number}"
    text = constant(f"w{number}", hex_of(codes), f"tensor<{n}x{row_bytes}xi8>")
    text += constant(f"s{number}", scales, f"tensor<{n}x{groups}x{scale_type}>")
    zero_point = ""
    if has_zeros:
        text += constant(f"z{number}", zeros, f"tensor<{n}x{groups}xi32>")
        zero_point = f"zero_point(%z{number} : tensor<{n}x{groups}xi32>) "
    if is_integer:
        params = "scale(%sx : tensor<f32>) zero_point(%zx : tensor<i32>) as <u8, zero_point = integer>"
        text += f"  %q{number} = nibble.quantize {source} {params} : {x} -> tensor<{m}x{k}xi8>\n"
        text += f"  %d{number} = nibble.dequantize %q{number} {params} : tensor<{m}x{k}xi8> -> {x}\n"
        source = f"%d{number}"
    text += f"  %f{number} = nibble.dequantize %w{number} scale(%s{number} : tensor<{n}x{groups}x{scale_type}>) {zero_point}"
    text += f"as {scheme} : tensor<{n}x{row_bytes}xi8> -> tensor<{n}x{k}xf32>\n"
    text += f"  %e{number} = tensor.empty() : tensor<{m}x{n}xf32>\n"
    text += f"  %y{number} = nibble.contract ins({source}, %f{number} : {x}, tensor<{n}x{k}xf32>) outs(%e{number} : tensor<{m}x{n}xf32>)"
    text += f" {{transposeFilter}} -> tensor<{m}x{n}xf32>\n"
    return f'{source if not is_integer else f"%x{number}"}: {x} {{nibble.name = "x{number}"}}', text, f"tensor<{m}x{n}xf32>"


def main(kind, path):
    random.seed(7)
    cases = CASES if kind == "integer" else CASES + TABLES
    parts = [product(number, case, kind == "integer") for number, case in enumerate(cases)]
    results = ", ".join(f'{part[2]} {{nibble.name = "y{number}"}}' for number, part in enumerate(parts))
    with open(path, "w") as file:
        file.write(f"func.func @main({', '.join(part[0] for part in parts)}) -> ({results}) {{\n")
        file.write("  %sx = arith.constant dense<0.03> : tensor<f32>\n  %zx = arith.constant dense<121> : tensor<i32>\n")
        file.write("".join(part[1] for part in parts))
        names = ", ".join(f"%y{number}" for number in range(len(parts)))
        file.write(f"  return {names} : {', '.join(part[2] for part in parts)}\n}}\n")


main(*sys.argv[1:])
