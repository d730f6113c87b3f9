"""Trains the project's own model and writes glyphs.onnx, calib.npz and test.npz beside this file.

Needs numpy only; a minute on one core. The seeds are fixed: two runs with one numpy on one machine write the same bytes.
"""

import math
import os
import sys

import numpy as np

import glyphs
from layers import BatchNorm, Conv3x3, Depthwise3x3, GlobalAveragePool, Pointwise, Relu, Residual, Sequence
from onnx_writer import Graph

FOLDER = os.path.dirname(os.path.abspath(__file__))
CLASSES = len(glyphs.GLYPHS)
EPOCHS, BATCH, PEAK_RATE = 16, 50, 0.08
TRAIN_COUNT, CALIBRATION_COUNT, TEST_COUNT = 8000, 64, 1000


def build(random):
    return Sequence(
        Conv3x3(random, 1, 16), BatchNorm(16), Relu(),
        Conv3x3(random, 16, 32, stride=2), BatchNorm(32), Relu(),
        Residual(Depthwise3x3(random, 32), BatchNorm(32), Relu(), Pointwise(random, 32, 32), BatchNorm(32)), Relu(),
        Conv3x3(random, 32, 32, stride=2), BatchNorm(32), Relu(),
        GlobalAveragePool(), Pointwise(random, 32, CLASSES, bias=True),
    )  # fmt: skip


def nhwc(images):
    return images.transpose(0, 2, 3, 1)


def accuracy(network, images, labels):
    return float((network.forward(nhwc(images)).argmax(1) == labels).mean())


def train_step(network, images, labels, rate):
    """One step of SGD on the cross entropy."""
    logits = network.forward(images, training=True)
    exponentials = np.exp(logits - logits.max(1, keepdims=True))
    gradient = exponentials / exponentials.sum(1, keepdims=True)
    gradient[np.arange(len(labels)), labels] -= 1
    network.backward(gradient / len(labels))
    for parameter in network.parameters:
        parameter.step(rate)


def train(network, images, labels, random):
    steps, done = EPOCHS * len(images) // BATCH, 0
    for epoch in range(EPOCHS):
        order = random.permutation(len(images))
        for chunk in order.reshape(-1, BATCH):
            rate = PEAK_RATE * 0.5 * (1 + math.cos(math.pi * done / steps))
            train_step(network, nhwc(images[chunk]), labels[chunk], rate)
            done += 1
        print(f"epoch {epoch + 1}/{EPOCHS}: train accuracy {accuracy(network, images[:2000], labels[:2000]):.4f}", flush=True)


class Exporter:
    """Writes a network as ONNX nodes, NCHW; batch normalization stays a node of its own, as exporters of frameworks leave it."""

    def __init__(self):
        self.graph, self.count = Graph("glyphs"), {}

    def unique(self, kind):
        self.count[kind] = self.count.get(kind, -1) + 1
        return f"{kind}_{self.count[kind]}"

    def conv(self, x, filter, **attributes):
        name = self.unique("conv")
        weight = self.graph.constant(f"{name}.weight", filter)
        return self.graph.node("Conv", [x, weight], name, kernel_shape=list(filter.shape[2:]), **attributes)

    def export_conv3x3(self, layer, x):
        filter = layer.filter.value.transpose(3, 2, 0, 1)
        return self.conv(x, filter, strides=[layer.stride] * 2, pads=[1] * 4)

    def export_depthwise3x3(self, layer, x):
        filter = layer.filter.value.transpose(2, 0, 1)[:, None]
        return self.conv(x, filter, group=len(filter), pads=[1] * 4)

    def export_pointwise(self, layer, x):
        if not layer.bias:
            return self.conv(x, layer.weight.value.T[:, :, None, None])
        weight = self.graph.constant("fc.weight", layer.weight.value.T)
        bias = self.graph.constant("fc.bias", layer.bias.value)
        return self.graph.node("Gemm", [x, weight, bias], "fc", result="logits", transB=1)

    def export_batchnorm(self, layer, x):
        name = self.unique("norm")
        arrays = {"scale": layer.scale.value, "bias": layer.shift.value, "mean": layer.mean, "variance": layer.variance}
        constants = [self.graph.constant(f"{name}.{key}", array.astype(np.float32)) for key, array in arrays.items()]
        return self.graph.node("BatchNormalization", [x] + constants, name, epsilon=layer.EPSILON)

    def export_relu(self, layer, x):
        return self.graph.node("Relu", [x], self.unique("relu"))

    def export_globalaveragepool(self, layer, x):
        pooled = self.graph.node("GlobalAveragePool", [x], "pool")
        return self.graph.node("Flatten", [pooled], "flatten", axis=1)

    def export_residual(self, layer, x):
        return self.graph.node("Add", [x, self.export_sequence(layer.body, x)], self.unique("add"))

    def export_sequence(self, network, x):
        for layer in network.layers:
            x = getattr(self, f"export_{type(layer).__name__.lower()}")(layer, x)
        return x

    def save(self, network, path):
        x = self.graph.input("image", ["batch", 1, glyphs.SIZE, glyphs.SIZE])
        self.graph.output(self.export_sequence(network, x), ["batch", CLASSES])
        self.graph.save(path, producer="nibble train.py")


def main():
    random = np.random.default_rng(20)
    network = build(random)
    train(network, *glyphs.generate(TRAIN_COUNT, seed=1), random)

    test_images, test_labels = glyphs.generate(TEST_COUNT, seed=2)
    calibration_images, _ = glyphs.generate(CALIBRATION_COUNT, seed=3)
    Exporter().save(network, os.path.join(FOLDER, "glyphs.onnx"))
    np.savez_compressed(os.path.join(FOLDER, "calib.npz"), image=calibration_images)
    np.savez_compressed(os.path.join(FOLDER, "test.npz"), image=test_images, y=test_labels)

    reached = accuracy(network, test_images, test_labels)
    print(f"accuracy on the {TEST_COUNT} test images: {100 * reached:.2f} %")
    return 0 if reached >= 0.97 else 1


if __name__ == "__main__":
    sys.exit(main())
