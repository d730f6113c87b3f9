"""Writes well-known architectures with random weights: ResNet-50, MobileNetV3-Large, EfficientNet-B0 and a YOLO-like detector.

Usage: make_architectures.py FOLDER [--only NAME] [--size PIXELS] [--samples COUNT]

FOLDER gets NAME.onnx and NAME.npy (random images) for each. The weights mean nothing, but every activation has a sensible size: the
builder follows the mean square of each value through the graph, and batch normalization has the statistics that fit it.
"""

import argparse
import array
import math
import os
import random
import struct

from onnx_writer import Graph

# Mean square of f(x) for x from a standard normal distribution.
ACTIVATION_GAIN = {"Relu": 0.5, "HardSwish": 0.35, "Silu": 0.36, "Sigmoid": 0.29, "HardSigmoid": 0.27}


class Array:
    """What onnx_writer takes for an array."""

    def __init__(self, values, shape, dtype="float32"):
        self.values, self.shape, self.dtype = values, shape, dtype

    def tobytes(self):
        return self.values.tobytes()


def floats(values, shape=None):
    values = array.array("f", values)
    return Array(values, (len(values),) if shape is None else shape)


def integers(values):
    return Array(array.array("q", values), (len(values),), "int64")


class Noise:
    """Elements from a standard normal distribution, of which a few thousand are drawn. Their number is a prime: no two channels of
    a filter begin at the same one."""

    COUNT = 65521

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.drawn = array.array("f", (self.random.gauss(0, 1) for _ in range(self.COUNT)))

    def normal(self, count, deviation=1.0):
        first = self.random.randrange(self.COUNT)
        turned = self.drawn[first:] + self.drawn[:first]
        scaled = array.array("f", (deviation * value for value in turned[:count]))
        return (scaled * -(-count // self.COUNT))[:count]

    def uniform(self, low, high, count):
        return [self.random.uniform(low, high) for _ in range(count)]


class Value:
    """A feature map of the graph: its name, channels, height and width (equal), and mean square."""

    def __init__(self, name, channels, size, square):
        self.name, self.channels, self.size, self.square = name, channels, size, square


class Builder:
    def __init__(self, name, size):
        self.name, self.count = name, 0
        self.noise = Noise(7)
        self.graph = Graph(name)
        self.image = Value(self.graph.input("image", ["batch", 3, size, size]), 3, size, 1.0)

    def node(self, op, inputs, **attributes):
        self.count += 1
        return self.graph.node(op, [getattr(x, "name", x) for x in inputs], f"{op.lower()}_{self.count}", **attributes)

    def constant(self, values, kind="constant"):
        self.count += 1
        return self.graph.constant(f"{kind}_{self.count}", values)

    def normal(self, shape, deviation):
        return Array(self.noise.normal(math.prod(shape), deviation), shape)

    def conv(self, x, channels, kernel, stride=1, groups=1, pad=None, bias=False):
        """Weights of variance 1 / fan-in: the result has the mean square of x."""
        pad = kernel // 2 if pad is None else pad
        fan_in = kernel * kernel * x.channels // groups
        inputs = [x, self.constant(self.normal((channels, x.channels // groups, kernel, kernel), fan_in**-0.5), "filter")]
        if bias:
            inputs.append(self.constant(self.normal((channels,), 0.1), "bias"))
        size = (x.size + 2 * pad - kernel) // stride + 1
        name = self.node("Conv", inputs, kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[pad] * 4, group=groups)
        return Value(name, channels, size, x.square)

    def norm(self, x, gain=1.0):
        """Batch normalization to a mean square of about gain * gain."""
        scale = floats(self.noise.uniform(0.8 * gain, 1.2 * gain, x.channels))
        shift = self.normal((x.channels,), 0.2 * gain)
        mean = self.normal((x.channels,), 0.1 * x.square**0.5)
        variance = floats(self.noise.uniform(0.8 * x.square, 1.25 * x.square, x.channels))
        names = [self.constant(values, "norm") for values in (scale, shift, mean, variance)]
        return Value(self.node("BatchNormalization", [x] + names), x.channels, x.size, gain * gain)

    def activate(self, x, kind):
        if kind == "Silu":
            name = self.node("Mul", [x, self.node("Sigmoid", [x])])
        elif kind == "HardSigmoid":
            name = self.node("HardSigmoid", [x], alpha=1 / 6, beta=0.5)
        else:
            name = self.node(kind, [x])
        return Value(name, x.channels, x.size, ACTIVATION_GAIN[kind] * x.square)

    def conv_norm(self, x, channels, kernel, stride=1, groups=1, activation=None, pad=None, gain=1.0):
        x = self.norm(self.conv(x, channels, kernel, stride, groups, pad), gain)
        return self.activate(x, activation) if activation else x

    def add(self, x, y):
        return Value(self.node("Add", [x, y]), x.channels, x.size, x.square + y.square)

    def concat(self, *values):
        channels = sum(value.channels for value in values)
        square = sum(value.square * value.channels for value in values) / channels
        return Value(self.node("Concat", values, axis=1), channels, values[0].size, square)

    def max_pool(self, x, kernel, stride, pad):
        name = self.node("MaxPool", [x], kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[pad] * 4)
        # The largest of several is larger than one of them; 2 is near enough.
        return Value(name, x.channels, (x.size + 2 * pad - kernel) // stride + 1, 2 * x.square)

    def global_pool(self, x):
        return Value(self.node("GlobalAveragePool", [x]), x.channels, 1, 0.7 * x.square)

    def squeeze_excite(self, x, hidden, activation, gate):
        y = self.activate(self.conv(self.global_pool(x), hidden, 1, bias=True), activation)
        y = self.activate(self.conv(y, x.channels, 1, bias=True), gate)
        return Value(self.node("Mul", [x, y]), x.channels, x.size, 0.27 * x.square)

    def upsample(self, x):
        scales = self.constant(floats([1, 1, 2, 2]))
        attributes = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
        return Value(self.node("Resize", [x, "", scales], **attributes), x.channels, 2 * x.size, x.square)

    def linear(self, x, features):
        weight = self.constant(self.normal((features, x.channels), (x.channels * x.square) ** -0.5), "weight")
        bias = self.constant(self.normal((features,), 0.1), "bias")
        return Value(self.node("Gemm", [x, weight, bias], transB=1), features, 1, 1.0)

    def flatten(self, x):
        return Value(self.node("Flatten", [x], axis=1), x.channels, 1, x.square)

    def reshape(self, x, shape):
        return self.node("Reshape", [x, self.constant(integers(shape), "shape")])

    def output(self, x, shape):
        self.graph.output(getattr(x, "name", x), ["batch", *shape])
        return self.graph


def resnet50(size):
    """https://arxiv.org/abs/1512.03385, with the stride in the 3x3 convolution as in torchvision."""
    b = Builder("resnet50", size)
    x = b.max_pool(b.conv_norm(b.image, 64, 7, 2, activation="Relu"), 3, 2, 1)
    for stage, blocks in enumerate([3, 4, 6, 3]):
        width = 64 << stage
        for block in range(blocks):
            stride = 2 if stage and not block else 1
            y = b.conv_norm(x, width, 1, activation="Relu")
            y = b.conv_norm(y, width, 3, stride, activation="Relu")
            y = b.conv_norm(y, 4 * width, 1, gain=0.5)
            shortcut = x if block else b.conv_norm(x, 4 * width, 1, stride)
            x = b.activate(b.add(y, shortcut), "Relu")
            if block:
                x.square = y.square / 2 + shortcut.square  # The shortcut has no negative elements to lose.
    return b.output(b.linear(b.flatten(b.global_pool(x)), 1000), [1000])


# Kernel, expanded channels, channels, squeeze and excite, activation, stride: table 1 of https://arxiv.org/abs/1905.02244
MOBILENET_V3_LARGE = [
    (3, 16, 16, False, "Relu", 1), (3, 64, 24, False, "Relu", 2), (3, 72, 24, False, "Relu", 1),
    (5, 72, 40, True, "Relu", 2), (5, 120, 40, True, "Relu", 1), (5, 120, 40, True, "Relu", 1),
    (3, 240, 80, False, "HardSwish", 2), (3, 200, 80, False, "HardSwish", 1), (3, 184, 80, False, "HardSwish", 1),
    (3, 184, 80, False, "HardSwish", 1), (3, 480, 112, True, "HardSwish", 1), (3, 672, 112, True, "HardSwish", 1),
    (5, 672, 160, True, "HardSwish", 2), (5, 960, 160, True, "HardSwish", 1), (5, 960, 160, True, "HardSwish", 1),
]  # fmt: skip


def multiple_of_8(channels):
    return max(8, (channels + 4) // 8 * 8)


def mobilenet_v3_large(size):
    b = Builder("mobilenet_v3_large", size)
    x = b.conv_norm(b.image, 16, 3, 2, activation="HardSwish")
    for kernel, expanded, channels, has_gate, activation, stride in MOBILENET_V3_LARGE:
        y = b.conv_norm(x, expanded, 1, activation=activation) if expanded != x.channels else x
        y = b.conv_norm(y, expanded, kernel, stride, groups=expanded, activation=activation)
        if has_gate:
            y = b.squeeze_excite(y, multiple_of_8(expanded // 4), "Relu", "HardSigmoid")
        y = b.conv_norm(y, channels, 1)
        x = b.add(x, y) if stride == 1 and x.channels == channels else y
    x = b.flatten(b.global_pool(b.conv_norm(x, 960, 1, activation="HardSwish")))
    return b.output(b.linear(b.activate(b.linear(x, 1280), "HardSwish"), 1000), [1000])


# Expansion, kernel, stride, channels, repeats: table 1 of https://arxiv.org/abs/1905.11946
EFFICIENTNET_B0 = [
    (1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3), (6, 5, 2, 192, 4), (6, 3, 1, 320, 1),
]  # fmt: skip


def efficientnet_b0(size):
    b = Builder("efficientnet_b0", size)
    x = b.conv_norm(b.image, 32, 3, 2, activation="Silu")
    for expansion, kernel, first_stride, channels, repeats in EFFICIENTNET_B0:
        for stride in [first_stride] + [1] * (repeats - 1):
            expanded = expansion * x.channels
            y = b.conv_norm(x, expanded, 1, activation="Silu") if expansion > 1 else x
            y = b.conv_norm(y, expanded, kernel, stride, groups=expanded, activation="Silu")
            y = b.squeeze_excite(y, max(1, x.channels // 4), "Silu", "Sigmoid")
            y = b.conv_norm(y, channels, 1)
            x = b.add(x, y) if stride == 1 and x.channels == channels else y
    x = b.conv_norm(x, 1280, 1, activation="Silu")
    return b.output(b.linear(b.flatten(b.global_pool(x)), 1000), [1000])


def c3(b, x, channels, repeats, shortcut=True):
    """Cross-stage partial block of YOLOv5: one half through bottlenecks, the other past them."""
    hidden = channels // 2
    y = b.conv_norm(x, hidden, 1, activation="Silu")
    for _ in range(repeats):
        z = b.conv_norm(b.conv_norm(y, hidden, 1, activation="Silu"), hidden, 3, activation="Silu")
        y = b.add(y, z) if shortcut else z
    y = b.concat(y, b.conv_norm(x, hidden, 1, activation="Silu"))
    return b.conv_norm(y, channels, 1, activation="Silu")


def sppf(b, x):
    """Spatial pyramid pooling: three max pools in a row, all of them seen by the next layer."""
    pooled = [b.conv_norm(x, x.channels // 2, 1, activation="Silu")]
    for _ in range(3):
        pooled.append(b.max_pool(pooled[-1], 5, 1, 2))
    return b.conv_norm(b.concat(*pooled), x.channels, 1, activation="Silu")


def detect(b, x, image_size, anchors, classes=80):
    """Boxes in pixels, objectness and class scores: [batch, anchors * size * size, classes + 5]."""
    rows, stride = classes + 5, image_size // x.size
    y = b.reshape(b.conv(x, len(anchors) * rows, 1, bias=True), [0, len(anchors), rows, x.size, x.size])
    y = b.node("Sigmoid", [b.node("Transpose", [y], perm=[0, 1, 3, 4, 2])])
    sizes = b.constant(integers([2, 2, classes + 1]), "sizes")
    centers, extents, scores = (f"split_{b.count}_{part}" for part in ("center", "extent", "score"))
    b.graph.multi_node("Split", [y, sizes], [centers, extents, scores], f"split_{b.count}", axis=-1)
    grid = [(place - 0.5) * stride for row in range(x.size) for column in range(x.size) for place in (column, row)]
    centers = b.node("Mul", [centers, b.constant(floats([2 * stride], ()))])
    centers = b.node("Add", [centers, b.constant(floats(grid, (1, 1, x.size, x.size, 2)), "grid")])
    extents = b.node("Pow", [b.node("Mul", [extents, b.constant(floats([2], ()))]), b.constant(floats([2], ()))])
    sides = [side for anchor in anchors for side in anchor]
    extents = b.node("Mul", [extents, b.constant(floats(sides, (1, len(anchors), 1, 1, 2)), "anchors")])
    boxes = b.node("Concat", [centers, extents, scores], axis=-1)
    return b.reshape(boxes, [0, len(anchors) * x.size * x.size, rows])


ANCHORS = [[(10, 13), (16, 30), (33, 23)], [(30, 61), (62, 45), (59, 119)], [(116, 90), (156, 198), (373, 326)]]


def yolo(size):
    """A detector of the shape of YOLOv5n (github.com/ultralytics/yolov5): pyramid of three scales, SiLU throughout."""
    b = Builder("yolo", size)
    x = b.conv_norm(b.image, 16, 6, 2, activation="Silu", pad=2)
    pyramid = []
    for channels, repeats in [(32, 1), (64, 2), (128, 3), (256, 1)]:
        x = c3(b, b.conv_norm(x, channels, 3, 2, activation="Silu"), channels, repeats)
        pyramid.append(x)
    _, p3, p4, _ = pyramid
    top = b.conv_norm(sppf(b, x), 128, 1, activation="Silu")
    middle = c3(b, b.concat(b.upsample(top), p4), 128, 1, shortcut=False)
    middle = b.conv_norm(middle, 64, 1, activation="Silu")
    small = c3(b, b.concat(b.upsample(middle), p3), 64, 1, shortcut=False)
    down = b.conv_norm(small, 64, 3, 2, activation="Silu")
    medium = c3(b, b.concat(down, middle), 128, 1, shortcut=False)
    down = b.conv_norm(medium, 128, 3, 2, activation="Silu")
    large = c3(b, b.concat(down, top), 256, 1, shortcut=False)
    levels = [detect(b, x, size, anchors) for x, anchors in zip([small, medium, large], ANCHORS)]
    boxes = 3 * sum(x.size**2 for x in (small, medium, large))
    return b.output(b.node("Concat", levels, axis=1), [boxes, 85])


# Name -> builder and usual image size.
ARCHITECTURES = {
    "resnet50": (resnet50, 224),
    "mobilenet_v3_large": (mobilenet_v3_large, 224),
    "efficientnet_b0": (efficientnet_b0, 224),
    "yolo": (yolo, 640),
}


def save_images(path, count, size):
    """Patches of random color under noise: [count, 3, size, size], mean square 1."""
    noise, patch = Noise(11), size // 8
    header = str({"descr": "<f4", "fortran_order": False, "shape": (count, 3, size, size)}).ljust(117) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        for _ in range(count * 3 * 8):
            colors = noise.normal(8, 0.95)
            row = [color for color in colors for _ in range(patch)] * patch
            array.array("f", map(sum, zip(row, noise.normal(size * patch, 0.3)))).tofile(file)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--only", choices=ARCHITECTURES, help="write one of them")
    parser.add_argument("--size", type=int, help="height and width of the images, a multiple of 32")
    parser.add_argument("--samples", type=int, default=8, help="images in NAME.npy")
    arguments = parser.parse_args()
    if arguments.size is not None and (arguments.size <= 0 or arguments.size % 32):
        parser.error(f"expected a size that is a multiple of 32, got {arguments.size}")

    os.makedirs(arguments.folder, exist_ok=True)
    for name, (build, usual_size) in ARCHITECTURES.items():
        if arguments.only not in (None, name):
            continue
        size = arguments.size or usual_size
        path = os.path.join(arguments.folder, name)
        build(size).save(path + ".onnx", producer="nibble make_architectures.py", opset=14)
        save_images(path + ".npy", arguments.samples, size)
        print(f"{path}.onnx: {os.path.getsize(path + '.onnx') / 2**20:.1f} MiB, image [batch, 3, {size}, {size}]")


if __name__ == "__main__":
    main()
