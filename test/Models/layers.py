"""The layers of a small convolutional network, forward and backward, in numpy. Activations are NHWC, filters HWIO."""

import numpy as np


class Parameter:
    """A trained array, updated by SGD with Nesterov momentum."""

    def __init__(self, value):
        self.value = value.astype(np.float32)
        self.gradient = np.zeros_like(self.value)
        self.velocity = np.zeros_like(self.value)

    def step(self, rate, momentum=0.9):
        self.velocity = momentum * self.velocity - rate * self.gradient
        self.value += momentum * self.velocity - rate * self.gradient


def windows(x, stride):
    """3x3 windows of x padded by 1: a view [N, H/stride, W/stride, C, 3, 3]."""
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    return np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (1, 2))[:, ::stride, ::stride]


def scatter(patches, shape, stride):
    """The transpose of `windows`: sums patches [N, H', W', C, 3, 3] into an array of `shape`."""
    n, height, width, channels = shape
    padded = np.zeros((n, height + 2, width + 2, channels), np.float32)
    rows, columns = patches.shape[1:3]
    for i in range(3):
        for j in range(3):
            padded[:, i : i + stride * rows : stride, j : j + stride * columns : stride] += patches[..., i, j]
    return padded[:, 1:-1, 1:-1]


class Conv3x3:
    def __init__(self, random, inputs, outputs, stride=1):
        self.stride = stride
        self.filter = Parameter(random.normal(0, np.sqrt(2 / (9 * inputs)), (3, 3, inputs, outputs)))
        self.parameters = [self.filter]

    def matrix(self):
        return self.filter.value.transpose(2, 0, 1, 3).reshape(-1, self.filter.value.shape[3])

    def forward(self, x, training):
        self.shape = x.shape
        view = windows(x, self.stride)
        self.columns = view.reshape(*view.shape[:3], -1)
        return self.columns @ self.matrix()

    def backward(self, gradient):
        n, height, width, outputs = gradient.shape
        flat = self.columns.reshape(n * height * width, -1).T @ gradient.reshape(-1, outputs)
        self.filter.gradient = flat.reshape(-1, 3, 3, outputs).transpose(1, 2, 0, 3)
        patches = (gradient @ self.matrix().T).reshape(n, height, width, -1, 3, 3)
        return scatter(patches, self.shape, self.stride)


class Depthwise3x3:
    def __init__(self, random, channels):
        self.filter = Parameter(random.normal(0, np.sqrt(2 / 9), (3, 3, channels)))
        self.parameters = [self.filter]

    def forward(self, x, training):
        self.windows, self.shape = windows(x, 1), x.shape
        return np.einsum("nhwcij,ijc->nhwc", self.windows, self.filter.value, optimize=True)

    def backward(self, gradient):
        self.filter.gradient = np.einsum("nhwcij,nhwc->ijc", self.windows, gradient, optimize=True)
        patches = gradient[..., None, None] * self.filter.value.transpose(2, 0, 1)
        return scatter(patches, self.shape, 1)


class Pointwise:
    """A 1x1 convolution, or a fully connected layer on [N, C]."""

    def __init__(self, random, inputs, outputs, bias=False):
        self.weight = Parameter(random.normal(0, np.sqrt(2 / inputs), (inputs, outputs)))
        self.bias = Parameter(np.zeros(outputs)) if bias else None
        self.parameters = [self.weight] + ([self.bias] if bias else [])

    def forward(self, x, training):
        self.x = x
        return x @ self.weight.value + (self.bias.value if self.bias else 0)

    def backward(self, gradient):
        flat = gradient.reshape(-1, gradient.shape[-1])
        self.weight.gradient = self.x.reshape(len(flat), -1).T @ flat
        if self.bias:
            self.bias.gradient = flat.sum(0)
        return gradient @ self.weight.value.T


class BatchNorm:
    EPSILON = 1e-5

    def __init__(self, channels):
        self.scale, self.shift = Parameter(np.ones(channels)), Parameter(np.zeros(channels))
        self.mean, self.variance = np.zeros(channels, np.float32), np.ones(channels, np.float32)
        self.parameters = [self.scale, self.shift]

    def forward(self, x, training):
        mean, variance = self.mean, self.variance
        if training:
            mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
            self.mean = 0.95 * self.mean + 0.05 * mean
            self.variance = 0.95 * self.variance + 0.05 * variance
        self.deviation = np.sqrt(variance + self.EPSILON)
        self.normalized = (x - mean) / self.deviation
        return self.normalized * self.scale.value + self.shift.value

    def backward(self, gradient):
        self.scale.gradient = (gradient * self.normalized).sum((0, 1, 2))
        self.shift.gradient = gradient.sum((0, 1, 2))
        count = gradient[..., 0].size
        centered = gradient - (self.shift.gradient + self.normalized * self.scale.gradient) / count
        return centered * self.scale.value / self.deviation


class Relu:
    parameters = []

    def forward(self, x, training):
        self.mask = x > 0
        return x * self.mask

    def backward(self, gradient):
        return gradient * self.mask


class GlobalAveragePool:
    parameters = []

    def forward(self, x, training):
        self.shape = x.shape
        return x.mean((1, 2))

    def backward(self, gradient):
        n, height, width, channels = self.shape
        return np.broadcast_to(gradient[:, None, None] / (height * width), self.shape)


class Residual:
    """x + body(x)."""

    def __init__(self, *body):
        self.body = Sequence(*body)
        self.parameters = self.body.parameters

    def forward(self, x, training):
        return x + self.body.forward(x, training)

    def backward(self, gradient):
        return gradient + self.body.backward(gradient)


class Sequence:
    def __init__(self, *layers):
        self.layers = layers
        self.parameters = [parameter for layer in layers for parameter in layer.parameters]

    def forward(self, x, training=False):
        for layer in self.layers:
            x = layer.forward(x, training)
        return x

    def backward(self, gradient):
        for layer in reversed(self.layers):
            gradient = layer.backward(gradient)
        return gradient
