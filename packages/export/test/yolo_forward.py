"""YOLOv8 and YOLOv5 detectors in PyTorch, to test exported state dicts.

    python yolo_forward.py STATE.pt IMAGES.bin BATCH HEIGHT WIDTH OUT.bin

builds the network of the state dict's own layer table (attribute `yaml`), with PyTorch's modules under the names that
YOLO checkpoints have, loads the weights strictly, predicts for images [BATCH, 3, HEIGHT, WIDTH] of float32 and writes
[BATCH, 4 + nc, A] (v8) or [BATCH, A, 5 + nc] (v5).

Written for this test from the layer tables and papers; only the layers of the n models are here.
"""

import sys

import torch
import torch.nn.functional as F
from torch import nn


class Conv(nn.Module):
    def __init__(self, c1, c2, k=1, s=1, p=None):
        super().__init__()
        self.conv = nn.Conv2d(c1, c2, k, s, k // 2 if p is None else p, bias=False)
        self.bn = nn.BatchNorm2d(c2, eps=1e-3, momentum=0.03)

    def forward(self, x):
        return F.silu(self.bn(self.conv(x)))


class Bottleneck(nn.Module):
    def __init__(self, c, kernels, add):
        super().__init__()
        self.cv1 = Conv(c, c, kernels[0])
        self.cv2 = Conv(c, c, kernels[1])
        self.add = add

    def forward(self, x):
        y = self.cv2(self.cv1(x))
        return x + y if self.add else y


class C2f(nn.Module):
    def __init__(self, c1, c2, n, add):
        super().__init__()
        self.c = c2 // 2
        self.cv1 = Conv(c1, 2 * self.c)
        self.cv2 = Conv((2 + n) * self.c, c2)
        self.m = nn.ModuleList(Bottleneck(self.c, (3, 3), add) for _ in range(n))

    def forward(self, x):
        parts = list(self.cv1(x).split(self.c, 1))
        for block in self.m:
            parts.append(block(parts[-1]))
        return self.cv2(torch.cat(parts, 1))


class C3(nn.Module):
    def __init__(self, c1, c2, n, add):
        super().__init__()
        c = c2 // 2
        self.cv1 = Conv(c1, c)
        self.cv2 = Conv(c1, c)
        self.cv3 = Conv(2 * c, c2)
        self.m = nn.Sequential(*(Bottleneck(c, (1, 3), add) for _ in range(n)))

    def forward(self, x):
        return self.cv3(torch.cat((self.m(self.cv1(x)), self.cv2(x)), 1))


class SPPF(nn.Module):
    def __init__(self, c1, c2, k):
        super().__init__()
        self.cv1 = Conv(c1, c1 // 2)
        self.cv2 = Conv(c1 * 2, c2)
        self.k = k

    def forward(self, x):
        maps = [self.cv1(x)]
        for _ in range(3):
            maps.append(F.max_pool2d(maps[-1], self.k, 1, self.k // 2))
        return self.cv2(torch.cat(maps, 1))


class Up(nn.Module):
    def forward(self, x):
        return F.interpolate(x, scale_factor=2, mode="nearest")


class Concat(nn.Module):
    def forward(self, maps):
        return torch.cat(maps, 1)


def grid(height, width, offset):
    y, x = torch.meshgrid(torch.arange(height) + offset, torch.arange(width) + offset, indexing="ij")
    return torch.stack((x, y), -1).float()


class DetectV8(nn.Module):
    def __init__(self, nc, channels, strides):
        super().__init__()
        self.nc, self.strides, bins = nc, strides, 16
        c2, c3 = max(16, channels[0] // 4, bins * 4), max(channels[0], min(nc, 100))
        self.cv2 = nn.ModuleList(nn.Sequential(Conv(c, c2, 3), Conv(c2, c2, 3), nn.Conv2d(c2, 4 * bins, 1)) for c in channels)
        self.cv3 = nn.ModuleList(nn.Sequential(Conv(c, c3, 3), Conv(c3, c3, 3), nn.Conv2d(c3, nc, 1)) for c in channels)
        self.dfl = nn.Module()
        self.dfl.conv = nn.Conv2d(bins, 1, 1, bias=False)

    def forward(self, maps):
        boxes, classes = [], []
        for x, box, cls, stride in zip(maps, self.cv2, self.cv3, self.strides):
            n, _, height, width = x.shape
            bins = box(x).reshape(n, 4, 16, height * width).transpose(1, 2).softmax(1)
            sides = self.dfl.conv(bins)[:, 0]
            centers = grid(height, width, 0.5).reshape(-1, 2).T[None]
            low, high = centers - sides[:, :2], centers + sides[:, 2:]
            boxes.append(torch.cat(((low + high) / 2, high - low), 1) * stride)
            classes.append(cls(x).reshape(n, self.nc, -1).sigmoid())
        return torch.cat((torch.cat(boxes, 2), torch.cat(classes, 2)), 1)


class DetectV5(nn.Module):
    def __init__(self, nc, channels, strides, anchors):
        super().__init__()
        self.nc, self.strides = nc, strides
        self.register_buffer("anchors", torch.zeros(len(channels), len(anchors[0]) // 2, 2))
        self.m = nn.ModuleList(nn.Conv2d(c, (5 + nc) * len(anchors[0]) // 2, 1) for c in channels)

    def forward(self, maps):
        levels = []
        for x, conv, stride, anchors in zip(maps, self.m, self.strides, self.anchors):
            n, _, height, width = x.shape
            y = conv(x).reshape(n, len(anchors), 5 + self.nc, height, width).permute(0, 1, 3, 4, 2).sigmoid()
            center = (y[..., :2] * 2 - 0.5 + grid(height, width, 0)) * stride
            size = (y[..., 2:4] * 2) ** 2 * (anchors * stride)[None, :, None, None]
            levels.append(torch.cat((center, size, y[..., 4:]), -1).reshape(n, -1, 5 + self.nc))
        return torch.cat(levels, 1)


class Detector(nn.Module):
    def __init__(self, table, stride):
        super().__init__()
        depth, width, ceiling = table.get("depth_multiple"), table.get("width_multiple"), float("inf")
        if "scales" in table:
            depth, width, ceiling = table["scales"][table.get("scale") or "n"]
        nc = table["nc"]
        rows, channels = [], []
        for source, repeats, kind, args in table["backbone"] + table["head"]:
            sources = [source] if isinstance(source, int) else source
            inputs = [channels[i] if channels else 3 for i in sources]
            n = max(round(repeats * depth), 1) if repeats > 1 else repeats
            out = -(-int(min(args[0], ceiling) * width) // 8) * 8 if isinstance(args[0], int) else 0
            if kind == "Conv":
                layer = Conv(inputs[0], out, *args[1:])
            elif kind in ("C2f", "C3"):
                layer = {"C2f": C2f, "C3": C3}[kind](inputs[0], out, n, args[1] if len(args) > 1 else kind == "C3")
            elif kind == "SPPF":
                layer = SPPF(inputs[0], out, args[1])
            elif kind == "nn.Upsample":
                layer, out = Up(), inputs[0]
            elif kind == "Concat":
                layer, out = Concat(), sum(inputs)
            elif kind == "Detect" and "anchors" in table:
                layer = DetectV5(nc, inputs, stride, table["anchors"])
            else:
                layer = DetectV8(nc, inputs, stride)
            layer.sources = sources
            rows.append(layer)
            channels.append(out)
        self.model = nn.Sequential(*rows)

    def forward(self, x):
        outputs = []
        for i, layer in enumerate(self.model):
            inputs = [x if i == 0 else outputs[source] for source in layer.sources]
            outputs.append(layer(inputs if isinstance(layer, (Concat, DetectV5, DetectV8)) else inputs[0]))
        return outputs[-1]


state, images, batch, height, width, out = sys.argv[1:]
weights = torch.load(state, weights_only=True)
detector = Detector(weights.yaml, weights.stride)
detector.load_state_dict(weights, strict=True)
detector.eval()
x = torch.frombuffer(bytearray(open(images, "rb").read()), dtype=torch.float32)
with torch.inference_mode():
    y = detector(x.reshape(int(batch), 3, int(height), int(width)))
open(out, "wb").write(y.contiguous().numpy().tobytes())
