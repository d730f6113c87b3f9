"""What quantized-values.test shall compute, by the definitions of the operators.

Usage: quantized_values.py write DIR   the inputs
       quantized_values.py check DIR   the outputs
"""

import array
import math
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "..", "Integration", "Inputs"))
import arrays

X = [0.5, -1.25, 2.0, 3.3, -0.1, 1.7]
A = [[3, 250, 17], [128, 0, 99]]
B = [[1, -2, 3, -128], [127, -6, 7, -8], [9, 10, -11, 12]]
BU = [[1, 254, 3, 200], [127, 128, 7, 8], [9, 255, 0, 12]]
C = [[5, -6, 7, -8], [100, -100, 50, -50], [-128, 127, 1, 2]]
Z = 13
I = [(7 * n * n + 11 * n) % 256 for n in range(36)]
F = [(37 * n) % 256 - 128 for n in range(32)]
W = [1, 2, 3, 4, 5, 6, 7, 8, 255, 254, 253, 252, 251, 250, 249, 248, 100, 110, 120, 130, 140, 150, 160, 170, 9, 8, 7, 6, 5, 4, 3, 2]
BATCH = [[[1, 2, 3], [4, 5, 6]], [[250, 240, 230], [220, 210, 200]]]
BZ, BS, BIAS, INTS = [1, 2, -3, 4], [0.01, 0.02, 0.03, 0.04], [0.5, -0.25, 1.0, 2.0], [100, -200, 300, 4000000]
WS, WZ, WIDE = [0.01, 0.02, 0.015, 0.03], [100, 150, 128, 3], [0, 150, 128, 3]


def f32(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def quantize(real, scale, zero, low=0, high=255):
    """Of a number near enough to a tie for f32 either neighbour: None."""
    exact = real / f32(scale)
    code = max(low, min(high, round(exact) + zero))
    is_tie = abs(abs(exact - math.floor(exact)) - 0.5) < 1e-4
    return None if is_tie and low < code < high else code


def multiply(a, b, zero_a=0, zero_b=0):
    """Rows of integers; zero points are one, or lists of those of rows and columns."""
    row_zero = zero_a if isinstance(zero_a, list) else [zero_a] * len(a)
    column_zero = zero_b if isinstance(zero_b, list) else [zero_b] * len(b[0])
    return [[sum((a[m][k] - row_zero[m]) * (b[k][n] - column_zero[n]) for k in range(len(b))) for n in range(len(b[0]))] for m in range(len(a))]


def scale_columns(rows, scales, bias=(0, 0, 0, 0)):
    return [value * f32(scale) + extra for row in rows for value, scale, extra in zip(row, scales, bias)]


def convolve(weights, zero, filter_zeros, pads=(0, 0, 0, 0), strides=(1, 1)):
    """[1, 4, 3, 3] with [4, 2, 2, 2] in two groups: lists of channels. Padding is the zero point."""
    top, left, bottom, right = pads
    result = []
    for f in range(4):
        channel = []
        for y in range(-top, 2 + bottom, strides[0]):
            for x in range(-left, 2 + right, strides[1]):
                total = 0
                for c in range(2):
                    for ky in range(2):
                        for kx in range(2):
                            inside = 0 <= y + ky < 3 and 0 <= x + kx < 3
                            code = I[((f // 2) * 2 + c) * 9 + (y + ky) * 3 + x + kx] if inside else zero
                            total += (code - zero) * (weights[((f * 2 + c) * 2 + ky) * 2 + kx] - filter_zeros[f])
                channel.append(total)
        result.append(channel)
    return result


def dynamic():
    low, high = min(0.0, *map(f32, X)), max(0.0, *map(f32, X))
    scale = f32((high - low) / 255)
    zero = round(-low / scale)
    codes = [round(f32(f32(x) / scale)) + zero for x in X]
    return scale_columns(multiply([codes[:3], codes[3:]], B, zero), [scale * f32(s) for s in BS], BIAS)


def mixed():
    """A scale and a zero point for each column of the left side, one zero point for all of the right."""
    left = [[(code - zero) * scale for code, zero, scale in zip(row, [100, 120, 20], [0.5, 0.25, 2.0])] for row in A]
    return scale_columns(multiply(left, B, 0, -3), BS)


def expected():
    flat = [code for row in A for code in row]
    numbers, others = [(code - 7) * f32(0.05) for code in flat], [(code - 100) * f32(0.1) for code in flat]
    results = {
        "product": sum(multiply(A, B, 7), []),
        "columns": sum(multiply(A, B, 7, BZ), []),
        "rows": sum(multiply(A, BU, [7, 200], 128), []),
        "unknown": sum(multiply(A, B, Z), []),
        "both": sum(multiply(A, C, Z, -3), []),
        "scaled": scale_columns(multiply(A, B, Z, BZ), [f32(0.05) * f32(s) for s in BS], BIAS),
        "mixed": mixed(),
        "dynamic": dynamic(),
        "gemm_float": [value * f32(0.05) ** 2 for value in sum(multiply(A, BU, 7, 128), [])],
    }
    sums = [[value + extra for value, extra in zip(row, INTS)] for row in multiply(A, B, 7, BZ)]
    results["gemm"] = [quantize(0.5 * value, 0.1, 100) for value in scale_columns(sums, [f32(0.05) * f32(s) for s in BS])]
    results["matmul"] = [quantize(v * f32(0.05) * f32(0.1), 0.1, -5, -128, 127) for v in sum(multiply(A, C, 7, -3), [])]
    batches = []
    for matrix, scales, zeros in zip(BATCH, [[0.01, 0.02], [0.03, 0.04]], [[3, 4], [100, 200]]):
        for row, scale in zip(multiply(matrix, B, zeros, BZ), scales):
            batches += [quantize(v * f32(scale) * f32(s), 0.1, 100) for v, s in zip(row, BS)]
    results["batches"] = batches
    results["added"] = [quantize(x + y, 0.1, 100) for x, y in zip(numbers, others)]
    results["multiplied"] = [quantize(x * y, 0.05, 100) for x, y in zip(numbers, others)]
    results["sigmoid"] = [quantize(1 / (1 + math.exp(-x)), 0.1, 100) for x in numbers]
    powers = [math.exp(x) for x in numbers]
    results["softmax"] = [quantize(x / sum(powers[i // 3 * 3 : i // 3 * 3 + 3]), 1 / 256, 0) for i, x in enumerate(powers)]
    results["softmax_flat"] = [quantize(x / sum(powers), 1 / 256, 0) for x in powers]
    results["leaky"] = [quantize(x if x >= 0 else f32(0.3) * x, 0.05, 100) for x in others]
    results["joined"] = flat + [quantize(x, 0.05, 7) for x in others]
    # Channels last: [1, 4, 3, 3] is height 4, width 3, 3 channels.
    image = [(code - 7) * f32(0.05) for code in I]
    at = lambda y, x, c: image[(y * 3 + x) * 3 + c]
    results["average"] = [
        quantize((at(y, x, c) + at(y, x + 1, c) + at(y + 1, x, c) + at(y + 1, x + 1, c)) / 4, 0.1, 100)
        for y in range(3) for x in range(2) for c in range(3)
    ]  # fmt: skip
    results["means"] = [quantize(sum(image[c * 9 : c * 9 + 9]) / 9, 0.1, 100) for c in range(4)]

    def requantize(channels, scales, bias):
        return [
            quantize((value + bias[f]) * f32(0.05) * f32(scales[f]), 0.1, 100)
            for f, channel in enumerate(channels) for value in channel
        ]  # fmt: skip

    results["conv"] = requantize(convolve(W, 7, WZ, (1, 0, 0, 1)), WS, INTS)
    results["conv_zeros"] = requantize(convolve(W, 7, WIDE), WS, INTS)
    results["conv_unknown"] = requantize(convolve(F, Z, [-3] * 4), [0.05] * 4, [0] * 4)
    results["integer"] = sum(convolve(W, 7, [128] * 4, (1, 0, 0, 1)), [])
    results["integer_unknown"] = sum(convolve(F, Z, [-3] * 4, (1, 1, 1, 1), (2, 1)), [])
    results["packed"] = [-2.0, -1.0, 0.0, -8.0, -6.0, 14.0]
    results["blocks"] = [0.0, 0.5, -1.0, -1.0, 1.0, -4.0, -4.0, 0.0, 4.0, -4.0]
    results["float8"] = [f32(0.05), -8 * f32(0.05)]  # 0x3c is 1, 0xc8 is -8.
    return results


def check(folder):
    for name, want in expected().items():
        _, got = arrays.load(os.path.join(folder, name + ".npy"))
        assert len(got) == len(want), f"{name}: {len(got)} elements, expected {len(want)}"
        # Sums of three products in f32, in any order, where terms are hardly larger than results: four roundings to 24 bits.
        tolerance = 2**-22 * max(abs(b) for b in want if b is not None) if isinstance(want[0], float) else 0
        for index, (a, b) in enumerate(zip(got, want)):
            close = b is None or abs(a - b) <= tolerance
            assert close, f"{name}: element {index} is {a}, expected {b}"


def write(folder):
    save = lambda name, shape, code, elements: arrays.save(os.path.join(folder, name + ".npy"), shape, array.array(code, elements))
    save("x", [2, 3], "f", X)
    save("a", [2, 3], "B", A[0] + A[1])
    save("c", [3, 4], "b", sum(C, []))
    save("z", [], "B", [Z])
    save("i", [1, 4, 3, 3], "B", I)
    save("f", [4, 2, 2, 2], "b", F)


if __name__ == "__main__":
    {"write": write, "check": check}[sys.argv[1]](sys.argv[2])
