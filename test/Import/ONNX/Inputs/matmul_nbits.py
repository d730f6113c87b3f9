"""What matmul-nbits.test shall compute, by the definition of MatMulNBits.

Usage: matmul_nbits.py write DIR   the inputs
       matmul_nbits.py check DIR   the outputs
"""

import array
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "..", "Integration", "Inputs"))
import arrays

N, K, BLOCK = 3, 20, 16
X = [[(7 * i + 3) % 11 - 5.25 for i in range(K)], [(5 * i + 1) % 13 - 6.5 for i in range(K)]]


class Model:
    """The constants of the model's text."""

    def __init__(self, folder):
        with open(os.path.join(folder, "model.txt"), encoding="utf-8") as file:
            text = file.read()
        pattern = r"(\w+)\[[\d,]+\] (\w+) = \{([^}]*)\}"
        self.values = {name: [float(v) for v in re.split(r"[,\s]+", numbers.strip())] for _, name, numbers in re.findall(pattern, text)}

    def matrix(self, name, bits, zeros, order=None):
        """Rows of numbers."""
        codes, scales = [int(v) for v in self.values[name]], self.values["s"]
        rows = []
        for n in range(N):
            row = codes[n * len(codes) // N : (n + 1) * len(codes) // N]
            stream = sum(byte << 8 * i for i, byte in enumerate(row))
            code = [stream >> bits * k & (1 << bits) - 1 for k in range(K)]
            block = [order[k] if order else k // BLOCK for k in range(K)]
            rows.append([(code[k] - zeros[n][block[k]]) * scales[2 * n + block[k]] for k in range(K)])
        return rows


def multiply(rows, bias=(0, 0, 0)):
    return [sum(a * b for a, b in zip(x, row)) + extra for x in X for row, extra in zip(rows, bias)]


def expected(folder):
    model = Model(folder)
    packed = [[int(z) & 15, int(z) >> 4] for z in model.values["z4"]]
    order = [int(v) for v in model.values["order"]]
    four = model.matrix("b4", 4, packed)
    return {
        "four": multiply(model.matrix("b4", 4, [[8, 8]] * N)),
        "four_zeros": multiply(four, model.values["bias"]),
        "two": multiply(model.matrix("b2", 2, [[2, 2]] * N)),
        "eight": multiply(model.matrix("b8", 8, [[128, 128]] * N)),
        "vector": multiply(four)[:N],
        "half": multiply(four),
        "ordered": multiply(model.matrix("b4", 4, packed, order)),
        "floats": multiply(model.matrix("b4", 4, [model.values["zf"][2 * n : 2 * n + 2] for n in range(N)])),
    }


def check(folder):
    for name, want in expected(os.path.dirname(folder)).items():
        _, got = arrays.load(os.path.join(folder, name + ".npy"))
        # Twenty products that cancel hardly, summed in any order in f32; the result of `half` is an f16.
        tolerance = max(map(abs, want)) * (2**-10 if name == "half" else K * 2**-24)
        assert len(got) == len(want) and all(abs(a - b) <= tolerance for a, b in zip(got, want)), f"{name}: {list(got)}, expected {want}"


if __name__ == "__main__":
    if sys.argv[1] == "check":
        check(sys.argv[2])
    else:
        arrays.save(os.path.join(sys.argv[2], "x.npy"), [2, K], array.array("f", X[0] + X[1]))
        arrays.save(os.path.join(sys.argv[2], "v.npy"), [K], array.array("f", X[0]))
