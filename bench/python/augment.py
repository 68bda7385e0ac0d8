"""Times YOLOv8's usual training pipeline written with OpenCV and NumPy, on one thread.

Each image: four JPEGs decoded, a mosaic of 1280 x 1280, a random affine warp to 640 x 640, colors turned in HSV by tables,
a flip in half of the cases, and the bytes as a contiguous channels-first RGB array. Boxes go along as NumPy arrays.

    python augment.py --folder <JPEGs> --count 60 --imgsz 640

Prints one line of JSON: {"imagesPerSecond", "images", "opencv"}; seconds are those of the processor.
"""

import argparse
import json
import math
import os
import time

import cv2
import numpy as np

GREY = (114, 114, 114)


def load(data):
    return cv2.imdecode(data, cv2.IMREAD_COLOR)


def mosaic(files, boxes, size, rng):
    """Four images around a random center of a gray canvas of twice the size, and their boxes."""
    canvas = np.full((2 * size, 2 * size, 3), GREY[0], dtype=np.uint8)
    cy, cx = (int(v) for v in rng.uniform(size / 2, 1.5 * size, 2))
    moved = []
    for place, pick in enumerate(rng.integers(0, len(files), 4)):
        image = load(files[pick])
        height, width = image.shape[:2]
        left = cx - width if place % 2 == 0 else cx
        top = cy - height if place < 2 else cy
        x1, y1 = max(left, 0), max(top, 0)
        x2, y2 = min(left + width, 2 * size), min(top + height, 2 * size)
        canvas[y1:y2, x1:x2] = image[y1 - top : y2 - top, x1 - left : x2 - left]
        moved.append(boxes[pick] + np.array([left, top, left, top], dtype=np.float32))
    return canvas, np.clip(np.concatenate(moved), 0, 2 * size)


def warp(canvas, boxes, size, rng):
    """Scale by 0.5 to 1.5 and shift by up to 10 %, cut to the size; small and mostly cut off boxes go."""
    scale = rng.uniform(0.5, 1.5)
    tx, ty = rng.uniform(0.4, 0.6, 2) * size
    matrix = np.array([[scale, 0, tx - scale * size], [0, scale, ty - scale * size]])
    image = cv2.warpAffine(canvas, matrix, (size, size), borderValue=GREY)
    corners = boxes[:, [0, 1, 2, 3, 0, 3, 2, 1]].reshape(-1, 2) @ matrix[:, :2].T + matrix[:, 2]
    corners = corners.reshape(-1, 4, 2)
    after = np.clip(np.concatenate([corners.min(1), corners.max(1)], 1), 0, size)
    w1, h1 = (boxes[:, 2:] - boxes[:, :2]).T * scale
    w2, h2 = (after[:, 2:] - after[:, :2]).T
    aspect = np.maximum(w2 / (h2 + 1e-16), h2 / (w2 + 1e-16))
    keep = (w2 > 2) & (h2 > 2) & (w2 * h2 / (w1 * h1 + 1e-16) > 0.1) & (aspect < 100)
    return image, after[keep]


def turn_colors(image, rng):
    hue, saturation, value = rng.uniform(-1, 1, 3) * (0.015, 0.7, 0.4)
    levels = np.arange(256, dtype=np.float64)
    tables = (
        ((levels + hue * 180) % 180).astype(np.uint8),
        np.clip(levels * (1 + saturation), 0, 255).astype(np.uint8),
        np.clip(levels * (1 + value), 0, 255).astype(np.uint8),
    )
    planes = cv2.split(cv2.cvtColor(image, cv2.COLOR_BGR2HSV))
    turned = cv2.merge([cv2.LUT(plane, table) for plane, table in zip(planes, tables)])
    return cv2.cvtColor(turned, cv2.COLOR_HSV2BGR)


def flip(image, boxes, size, rng):
    if rng.uniform() < 0.5:
        image = cv2.flip(image, 1)
        boxes = np.stack([size - boxes[:, 2], boxes[:, 1], size - boxes[:, 0], boxes[:, 3]], 1)
    return image, boxes


def make(files, boxes, size, rng):
    image, kept = warp(*mosaic(files, boxes, size, rng), size, rng)
    image, kept = flip(turn_colors(image, rng), kept, size, rng)
    return np.ascontiguousarray(image[:, :, ::-1].transpose(2, 0, 1)), kept


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", required=True)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--imgsz", type=int, default=640)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    rng = np.random.default_rng(0)
    names = sorted(os.listdir(options.folder))
    files = [np.fromfile(os.path.join(options.folder, name), dtype=np.uint8) for name in names]
    boxes = []
    for data in files:
        height, width = load(data).shape[:2]
        points = np.sort(rng.uniform(0, 1, (8, 2, 2)), axis=1) * (width, height)
        boxes.append(points.reshape(8, 4).astype(np.float32))
    for _ in range(max(options.count // 10, 3)):
        make(files, boxes, options.imgsz, rng)
    started = time.process_time()
    total = 0
    for _ in range(options.count):
        total += math.prod(make(files, boxes, options.imgsz, rng)[0].shape)
    seconds = time.process_time() - started
    assert total == options.count * 3 * options.imgsz**2
    print(json.dumps({"imagesPerSecond": options.count / seconds, "images": options.count, "opencv": cv2.__version__}))


if __name__ == "__main__":
    main()
