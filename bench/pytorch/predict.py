"""From image files to boxes with YOLOv8n in PyTorch and OpenCV, to time the same work that lookonce does.

    python predict.py --weights yolov8n.safetensors --source images --passes 3 --threads 2

reads every file with OpenCV, letterboxes it (longer side 640, padded to the next multiple of 32), runs the network with
BatchNorm folded into the convolutions, decodes, suppresses with OpenCV's NMS, and moves the boxes to the original image;
one image after the other, as Python programs do. Prints one line of JSON. The first pass warms up and is not counted.

`--weights` are yolov8n's in a safetensors file with the names of the published checkpoint, or what `--prepare` made of it: a
`.pt` file of this module's own names, which torch.load reads at its fastest.
"""

import argparse
import json
import os
import struct
import time

import cv2
import numpy as np
import torch

from yolov8n import REG_MAX, YoloV8n, anchor_points, decode_boxes, fold_batch_norm, split_raw

STAGES = ("stem.0 stem.1 stem.2 stage8.0 stage8.1 stage16.0 stage16.1 stage32.0 stage32.1 stage32.2 - - up16 - - up8 "
          "down16 - out16 down32 - out32").split()  # fmt: skip


def read_safetensors(path):
    """Tensors by name, from the format's published layout: length, JSON header, bytes."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    types = {"F32": np.float32, "F16": np.float16, "I64": np.int64}
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] not in types:
            continue
        start, end = entry["data_offsets"]
        values = np.frombuffer(data[start:end], types[entry["dtype"]]).reshape(entry["shape"])
        tensors[name] = torch.from_numpy(values.copy())
    return tensors


def own_name(name):
    """The name that a tensor of the published checkpoint has in this module; None where it has none."""
    parts = name.split(".")
    if parts[0] != "model" or parts[-1] == "num_batches_tracked":
        return None
    if parts[1] == "22":
        if parts[2] == "dfl":
            return None
        return ".".join(["head", {"cv2": "boxes", "cv3": "classes"}[parts[2]], *parts[3:]])
    inner = {"cv1": "enter", "cv2": "leave", "m": "chain"}
    rest = parts[2:]
    if rest[0] == "m":
        rest = ["chain", rest[1], {"cv1": "first", "cv2": "second"}[rest[2]], *rest[3:]]
    return ".".join([STAGES[int(parts[1])], *(inner.get(part, part) for part in rest)])


def load(path):
    """The network with these weights, folded."""
    model = YoloV8n().eval()
    if path.endswith(".pt"):
        own = torch.load(path, weights_only=True)
    else:
        own = {own_name(name): tensor.float() for name, tensor in read_safetensors(path).items() if own_name(name)}
    missing, unexpected = model.load_state_dict(own, strict=False)
    wrong = [name for name in missing if not name.endswith(("num_batches_tracked", "head.bins"))] + unexpected
    if wrong:
        raise SystemExit(f"{path} are not yolov8n's weights: {wrong[:3]}")
    return own, fold_batch_norm(model)


def letterbox(image, size=640, stride=32):
    height, width = image.shape[:2]
    ratio = min(size / height, size / width)
    inner = round(width * ratio), round(height * ratio)
    if (width, height) != inner:
        image = cv2.resize(image, inner, interpolation=cv2.INTER_LINEAR)
    across, down = (size - inner[0]) % stride / 2, (size - inner[1]) % stride / 2
    left, top = round(across - 0.1), round(down - 0.1)
    image = cv2.copyMakeBorder(
        image, top, round(down + 0.1), left, round(across + 0.1), cv2.BORDER_CONSTANT, value=(114, 114, 114)
    )
    return image, ratio, (left, top)


@torch.inference_mode()
def detect(model, path, conf=0.25, iou=0.7, most=300):
    """Rows of left, top, right, bottom, confidence, class in pixels of the file's image."""
    image = cv2.imread(path)
    boxed, ratio, (left, top) = letterbox(image)
    pixels = torch.from_numpy(np.ascontiguousarray(boxed[:, :, ::-1].transpose(2, 0, 1)))
    raw = model(pixels[None].float() / 255)
    box_logits, class_logits = split_raw(raw)
    points, strides = anchor_points(raw)
    boxes = decode_boxes(box_logits, points, model.head.bins) * strides
    best, label = class_logits.sigmoid()[0].max(-1)
    kept = best > conf
    scores, label = best[kept], label[kept]
    corners = boxes[0, kept].numpy()
    sizes = np.concatenate((corners[:, :2], corners[:, 2:] - corners[:, :2]), 1)
    chosen = cv2.dnn.NMSBoxesBatched(sizes.tolist(), scores.tolist(), label.tolist(), conf, iou)
    chosen = np.asarray(chosen, dtype=np.int64).reshape(-1)[:most]
    found = (corners[chosen] - (left, top, left, top)) / ratio
    height, width = image.shape[:2]
    found = found.clip(0, (width, height, width, height))
    return np.concatenate((found, scores.numpy()[chosen, None], label.numpy()[chosen, None]), 1)


def draw(path, rows, target):
    image = cv2.imread(path)
    for x1, y1, x2, y2, score, label in rows:
        cv2.rectangle(image, (round(x1), round(y1)), (round(x2), round(y2)), (255, 80, 30), 2)
        text = f"{label:.0f} {score:.2f}"
        cv2.putText(image, text, (round(x1), round(y1) - 4), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (255, 80, 30), 2)
    cv2.imwrite(target, image)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--source", help="a folder or one file")
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--save", help="with one file: draw its boxes in and write it here")
    parser.add_argument("--prepare", help="write the weights here, as torch.load reads them, and stop")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    own, model = load(options.weights)
    if options.prepare:
        torch.save(own, options.prepare)
        return
    if os.path.isfile(options.source):
        rows = detect(model, options.source)
        if options.save:
            draw(options.source, rows, options.save)
        print(json.dumps({"found": len(rows), "rows": rows.round(2).tolist()}))
        return
    files = sorted(os.path.join(options.source, name) for name in os.listdir(options.source))
    seconds = []
    for _ in range(options.passes + 1):
        start = time.perf_counter()
        found = sum(len(detect(model, file)) for file in files)
        seconds.append(time.perf_counter() - start)
    best = sorted(seconds[1:])[options.passes // 2]
    print(
        json.dumps(
            {
                "framework": f"pytorch {torch.__version__}, opencv {cv2.__version__}",
                "images": len(files),
                "found": found,
                "imagesPerSecond": len(files) / best,
                "firstPassSeconds": seconds[0],
            }
        )
    )


assert REG_MAX == 16

if __name__ == "__main__":
    main()
