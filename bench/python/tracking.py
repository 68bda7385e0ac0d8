"""Times Ultralytics' trackers on the rows of a JSON file, for tracking.mjs; prints median milliseconds a frame as JSON."""

import json
import statistics
import sys
import time
from types import SimpleNamespace

import numpy as np
from ultralytics.engine.results import Boxes
from ultralytics.trackers import BOTSORT, BYTETracker

with open(sys.argv[1]) as file:
    frames = [np.array(rows, np.float32) for rows in json.load(file)]

settings = dict(
    track_high_thresh=0.25, track_low_thresh=0.1, new_track_thresh=0.25, track_buffer=30, match_thresh=0.8,
    fuse_score=True, gmc_method="none", proximity_thresh=0.5, appearance_thresh=0.8, with_reid=False, model="auto",
)
medians = {}
for name, kind in (("bytetrack", BYTETracker), ("botsort", BOTSORT)):
    tracker = kind(SimpleNamespace(tracker_type=name, **settings), frame_rate=30)
    times = []
    for rows in frames:
        boxes = Boxes(rows, (1080, 1920))
        started = time.perf_counter()
        tracker.update(boxes, None)
        times.append(1000 * (time.perf_counter() - started))
    medians[name] = statistics.median(times)
print(json.dumps(medians))
