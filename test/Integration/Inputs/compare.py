"""Compares outputs of programs; prints what it found and exits with 1 when that is not what is asked for.

Usage: compare.py close GOT WANT TOLERANCE      |got - want| <= TOLERANCE * the largest |want|
       compare.py ties GOT WANT TOLERANCE COUNT the same for all samples but COUNT
       compare.py sqnr GOT WANT DECIBEL         at least this signal-to-noise ratio
       compare.py same GOT WANT                 the same bytes
       compare.py printed TEXT WANT             nibble-interpret's text has the same float32 elements
       compare.py class GOT INDEX               the largest element of each sample is this one
       compare.py top5 GOT WANT COUNT           the set of the five largest elements is the same for all samples but COUNT
       compare.py overlap GOT_BOXES WANT_BOXES WANT_SCORES SHARE  see overlap()
       compare.py decoded GOT_BOXES WANT TOLERANCE    boxes of ultraface against corners

Arrays are .npy or .pb files; samples lie along the first dimension.
"""

import array
import math
import re
import sys

import arrays


def samples(path):
    shape, elements = arrays.load(path)
    size = len(elements) // shape[0]
    return [elements[i * size : (i + 1) * size] for i in range(shape[0])]


def close(got, want, tolerance):
    (got_shape, got), (want_shape, want) = arrays.load(got), arrays.load(want)
    error = max(abs(a - b) for a, b in zip(got, want, strict=True)) / max(map(abs, want))
    print(f"shape {got_shape}, largest error {error:.3g} of the largest value")
    return got_shape == want_shape and error <= float(tolerance)


def ties(got, want, tolerance, count):
    pairs = list(zip(samples(got), samples(want), strict=True))
    bound = float(tolerance) * max(abs(b) for _, sample in pairs for b in sample)
    differing = sum(any(abs(a - b) > bound for a, b in zip(*pair, strict=True)) for pair in pairs)
    print(f"{differing} of {len(pairs)} samples differ by more than {bound:.3g}")
    return differing <= int(count)


def sqnr(got, want, decibel):
    (_, got), (_, want) = arrays.load(got), arrays.load(want)
    noise = sum((a - b) ** 2 for a, b in zip(got, want, strict=True)) / sum(b * b for b in want)
    ratio = -10 * math.log10(noise + 1e-30)
    print(f"SQNR {ratio:.2f} dB")
    return ratio >= float(decibel)


def same(got, want):
    (got_shape, got), (want_shape, want) = arrays.load(got), arrays.load(want)
    differing = sum(a != b for a, b in zip(got.tobytes(), want.tobytes()))
    print(f"{len(got)} elements, {differing} bytes differ")
    return len(got) == len(want) and math.prod(got_shape) == math.prod(want_shape) and differing == 0


def printed(text, want):
    """Nine digits make a float32 different from its neighbours."""
    with open(text) as file:
        got = array.array("f", map(float, re.findall(r"[-\w.+]+", file.read().split(" ", 1)[1])))
    _, want = arrays.load(want)
    differing = sum(a != b for a, b in zip(got.tobytes(), want.tobytes()))
    print(f"{len(got)} elements, {differing} bytes differ")
    return len(got) == len(want) and differing == 0


def argmax(sample):
    return max(range(len(sample)), key=sample.__getitem__)


def largest_class(got, index):
    classes = [argmax(sample) for sample in samples(got)]
    print("classes", *classes)
    return all(found == int(index) for found in classes)


def top5(got, want, count):
    def sets(path):
        return [frozenset(sorted(range(len(s)), key=lambda i: -s[i])[:5]) for s in samples(path)]

    differing = sum(a != b for a, b in zip(sets(got), sets(want), strict=True))
    print(f"top-5 set differs in {differing} samples")
    return differing <= int(count)


def priors(width=320, height=240):
    """Centre and size of the 4420 boxes of https://github.com/Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB."""
    for stride, sizes in (8, (10, 16, 24)), (16, (32, 48)), (32, (64, 96)), (64, (128, 192, 256)):
        rows, columns = math.ceil(height / stride), math.ceil(width / stride)
        for row in range(rows):
            for column in range(columns):
                for size in sizes:
                    yield (column + 0.5) / columns, (row + 0.5) / rows, min(size / width, 1), min(size / height, 1)


def decode(sample):
    """Left, top, right, bottom of all boxes, as shares of the image."""
    for i, (x, y, width, height) in enumerate(priors()):
        dx, dy, dw, dh = sample[4 * i : 4 * i + 4]
        x, y, w, h = x + 0.1 * dx * width, y + 0.1 * dy * height, math.exp(0.2 * dw) * width, math.exp(0.2 * dh) * height
        yield x - w / 2, y - h / 2, x + w / 2, y + h / 2


def overlap(got, want, scores, share):
    """For each sample of ultraface, intersection over union of the boxes where the score of a face is largest."""
    least = 1.0
    for a, b, score in zip(samples(got), samples(want), samples(scores), strict=True):
        best = argmax(score[1::2])
        (left, top, right, bottom), (left_, top_, right_, bottom_) = list(decode(a))[best], list(decode(b))[best]
        width, height = min(right, right_) - max(left, left_), min(bottom, bottom_) - max(top, top_)
        shared = max(width, 0) * max(height, 0)
        union = (right - left) * (bottom - top) + (right_ - left_) * (bottom_ - top_) - shared
        least = min(least, shared / union)
    print(f"least overlap {least:.4f}")
    return least >= float(share)


def decoded(got, want, tolerance):
    (sample,), (expected,) = samples(got), samples(want)
    error = max(abs(a - b) for a, b in zip((edge for box in decode(sample) for edge in box), expected, strict=True))
    print(f"largest error {error:.3g} of the image's size")
    return error <= float(tolerance)


COMMANDS = {
    "close": close, "ties": ties, "sqnr": sqnr, "same": same, "printed": printed, "class": largest_class, "top5": top5, "overlap": overlap,
    "decoded": decoded
}  # fmt: skip
if __name__ == "__main__":
    sys.exit(not COMMANDS[sys.argv[1]](*sys.argv[2:]))
