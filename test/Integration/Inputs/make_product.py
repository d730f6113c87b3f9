"""Writes an ONNX model of one matrix product with pseudo-random weights.

Usage: make_product.py M,K,N OUT.onnx
"""

import array
import pathlib
import random
import sys

sys.path.append(str(pathlib.Path(__file__).parents[2] / "Models"))
from onnx_writer import Graph  # noqa: E402


class Weights:
    """As much of a numpy array as onnx_writer asks for."""

    dtype = "float32"

    def __init__(self, *shape):
        generator = random.Random(1)
        self.shape = shape
        self.tobytes = array.array("f", (generator.random() - 0.5 for _ in range(shape[0] * shape[1]))).tobytes


rows, reduction, columns = map(int, sys.argv[1].split(","))
graph = Graph("product")
graph.input("x", [rows, reduction])
graph.constant("weights", Weights(reduction, columns))
graph.node("MatMul", ["x", "weights"], "product", "y")
graph.output("y", [rows, columns])
graph.save(sys.argv[2], producer="make_product.py")
