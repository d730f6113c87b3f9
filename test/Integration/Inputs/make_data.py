"""Data sets as arrays that the models take.

Usage: make_data.py cifar10 RECORDS.bin MEAN STD OUT.npz    arrays x and y; MEAN and STD are lists like 0.485,0.456,0.406
       make_data.py mnist IMAGES.gz LABELS.gz STEP OUT.npz  every STEP-th image, not scaled
       make_data.py normal COUNT,SIZE SEED OUT.npz [MEAN DEVIATION]  array x from a normal distribution, the standard one by default
       make_data.py npy IN.npy|IN.pb|IN.npz:KEY OUT.npy [FIRST COUNT]  another file format, or a part along the first dimension
"""

import array
import gzip
import math
import random
import sys

import arrays

CIFAR_PLANE = 32 * 32
CIFAR_RECORD = 1 + 3 * CIFAR_PLANE


def cifar10(path, mean, std, out):
    with open(path, "rb") as file:
        records = file.read()
    means, stds = [float(m) for m in mean.split(",")], [float(s) for s in std.split(",")]
    tables = [[(v / 255 - m) / s for v in range(256)] for m, s in zip(means, stds)]
    labels, pixels = array.array("q"), array.array("f")
    for begin in range(0, len(records), CIFAR_RECORD):
        labels.append(records[begin])
        for channel, table in enumerate(tables):
            first = begin + 1 + channel * CIFAR_PLANE
            pixels.extend(map(table.__getitem__, records[first : first + CIFAR_PLANE]))
    arrays.save_npz(out, x=((len(labels), 3, 32, 32), pixels), y=((len(labels),), labels))


def mnist(images, labels, step, out):
    """The idx format: big-endian header of 16 bytes before the images and of 8 before the labels."""
    with gzip.open(images) as file:
        pixels = file.read()[16:]
    with gzip.open(labels) as file:
        classes = file.read()[8 :: int(step)]
    chosen = b"".join(pixels[784 * i : 784 * (i + 1)] for i in range(0, len(pixels) // 784, int(step)))
    count = len(classes)
    arrays.save_npz(out, x=((count, 1, 28, 28), array.array("f", list(chosen))), y=((count,), array.array("q", list(classes))))


def normal(shape, seed, out, mean=0, deviation=1):
    generator, shape = random.Random(int(seed)), [int(n) for n in shape.split(",")]
    elements = array.array("f", (generator.gauss(float(mean), float(deviation)) for _ in range(math.prod(shape))))
    arrays.save_npz(out, x=(shape, elements))


def npy(source, out, first=0, count=None):
    path, _, key = source.partition(":")
    shape, elements = arrays.load(path, key)
    if count is not None:
        size = len(elements) // shape[0]
        shape, elements = (int(count), *shape[1:]), elements[int(first) * size : (int(first) + int(count)) * size]
    arrays.save(out, shape, elements)


{"cifar10": cifar10, "mnist": mnist, "normal": normal, "npy": npy}[sys.argv[1]](*sys.argv[2:])
