"""Times OpenCV's transforms of one 640 x 640 image on one thread, for augment-transforms.mjs; prints milliseconds as JSON."""

import json
import sys
import time

import cv2
import numpy as np

cv2.setNumThreads(1)
side, rounds = int(sys.argv[2]), int(sys.argv[3])
image = np.fromfile(sys.argv[1], np.uint8).reshape(side, side, 3)
levels = np.arange(256, dtype=np.float64)
hue = ((levels + 1.8) % 180).astype(np.uint8)
saturation = np.clip(levels * 1.3, 0, 255).astype(np.uint8)
value = np.clip(levels * 0.8, 0, 255).astype(np.uint8)


def hsv():
    h, s, v = cv2.split(cv2.cvtColor(image, cv2.COLOR_RGB2HSV))
    turned = cv2.merge((cv2.LUT(h, hue), cv2.LUT(s, saturation), cv2.LUT(v, value)))
    return cv2.cvtColor(turned, cv2.COLOR_HSV2RGB)


def on_plane(there, back, change):
    planes = cv2.cvtColor(image, there)
    planes[..., 0] = change(planes[..., 0])
    return cv2.cvtColor(planes, back)


def jpeg():
    _, code = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 75])
    return cv2.imdecode(code, cv2.IMREAD_COLOR)


clahe = cv2.createCLAHE(4.0, (8, 8)).apply
operations = {
    "HSV": hsv,
    "channel swap": lambda: cv2.cvtColor(image, cv2.COLOR_RGB2BGR),
    "gray": lambda: cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB),
    "gamma": lambda: cv2.LUT(image, value),
    "histogram equalization": lambda: on_plane(cv2.COLOR_RGB2YUV, cv2.COLOR_YUV2RGB, cv2.equalizeHist),
    "CLAHE, luma": lambda: on_plane(cv2.COLOR_RGB2YUV, cv2.COLOR_YUV2RGB, clahe),
    "CLAHE, Lab": lambda: on_plane(cv2.COLOR_RGB2LAB, cv2.COLOR_LAB2RGB, clahe),
    "blur 5": lambda: cv2.blur(image, (5, 5)),
    "median blur 5": lambda: cv2.medianBlur(image, 5),
    "JPEG quality 75": jpeg,
}
best = {}
for _ in range(rounds):
    for name, operation in operations.items():
        started = time.perf_counter()
        operation()
        best[name] = min(best.get(name, 1e9), (time.perf_counter() - started) * 1000)
print(json.dumps(best))
