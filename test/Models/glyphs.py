"""A procedural data set: 16x16 grey images of ten glyphs, drawn with jitter in place, size, angle, shear, thickness and noise."""

import numpy as np

SIZE = 16


def polygon(corners, phase=0.0):
    angles = 2 * np.pi * (np.arange(corners + 1) / corners) + phase
    return [(np.cos(angle), np.sin(angle)) for angle in angles]


# Class -> polylines in [-1, 1] x [-1, 1], y downwards.
GLYPHS = {
    "ring": [polygon(12)],
    "square": [[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9), (-0.9, -0.9)]],
    "triangle": [polygon(3, -np.pi / 2)],
    "plus": [[(-1, 0), (1, 0)], [(0, -1), (0, 1)]],
    "cross": [[(-0.9, -0.9), (0.9, 0.9)], [(-0.9, 0.9), (0.9, -0.9)]],
    "tee": [[(-0.9, -0.9), (0.9, -0.9)], [(0, -0.9), (0, 1)]],
    "ell": [[(-0.7, -1), (-0.7, 0.9), (0.8, 0.9)]],
    "zed": [[(-0.9, -0.9), (0.9, -0.9), (-0.9, 0.9), (0.9, 0.9)]],
    "arrow": [[(0, 1), (0, -1)], [(-0.8, -0.1), (0, -1), (0.8, -0.1)]],
    "hourglass": [[(-0.8, -0.9), (0.8, -0.9), (-0.8, 0.9), (0.8, 0.9), (-0.8, -0.9)]],
}


def segments_of(polylines):
    """Start and end points, [segments, 2] each."""
    starts = np.array([point for line in polylines for point in line[:-1]])
    ends = np.array([point for line in polylines for point in line[1:]])
    return starts, ends


def random_affine(random):
    angle, shear = random.uniform(-0.35, 0.35), random.uniform(-0.25, 0.25)
    scale = random.uniform(3.6, 6.2) * random.uniform(0.85, 1.15, 2)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = rotation @ np.array([[1, shear], [0, 1]]) @ np.diag(scale)
    return matrix, (SIZE - 1) / 2 + random.uniform(-1.5, 1.5, 2)


def distance_to_segments(points, starts, ends):
    """Distance of each point to the nearest segment."""
    direction = ends - starts
    offset = points[:, None] - starts
    along = np.clip((offset * direction).sum(-1) / (direction**2).sum(-1), 0, 1)
    return np.linalg.norm(offset - along[..., None] * direction, axis=-1).min(1)


def draw(label, random):
    matrix, center = random_affine(random)
    starts, ends = segments_of(list(GLYPHS.values())[label])
    y, x = np.mgrid[:SIZE, :SIZE]
    pixels = np.stack([x.ravel(), y.ravel()], -1)
    distance = distance_to_segments(pixels, starts @ matrix.T + center, ends @ matrix.T + center)
    ink = np.clip(random.uniform(0.5, 1.1) + 0.5 - distance, 0, 1) * random.uniform(0.45, 1)
    image = ink.reshape(SIZE, SIZE) + random.normal(0, random.uniform(0, 0.22), (SIZE, SIZE))
    # Steps of 1/256, so that the files compress.
    return np.floor(np.clip(image, 0, 255 / 256) * 256) / 256


def generate(count, seed):
    """float32 [count, 1, 16, 16] in [0, 1), and int64 labels, the classes in turn."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % len(GLYPHS)
    images = np.stack([draw(label, random) for label in labels])
    return images[:, None].astype(np.float32), labels.astype(np.int64)
