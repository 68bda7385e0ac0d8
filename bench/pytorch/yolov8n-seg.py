"""YOLOv8n-seg in PyTorch, to time the same work that lookonce does on the same machine: yolov8n.py with masks.

Written from the published layer table and YOLACT's paper (Bolya et al. 2019, prototypes and coefficients); random weights.

    python yolov8n-seg.py --mode train --imgsz 320 --batch 16 --threads 2 --steps 5

prints one line of JSON with the median seconds per step. A training step is that of yolov8n.py, with the binary
cross-entropy of the masks of all foreground anchors against the maps of their objects, within their boxes.
"""

import torch
import torch.nn.functional as F
import yolov8n
from torch import nn
from yolov8n import ConvBlock

MASKS = 32


class Prototypes(nn.Module):
    """32 maps of a quarter of the input's size, from the finest level."""

    def __init__(self, inputs, width):
        super().__init__()
        self.enter = ConvBlock(inputs, width, 3)
        self.upsample = nn.ConvTranspose2d(width, width, 2, 2, 0, bias=True)
        self.middle = ConvBlock(width, width, 3)
        self.leave = ConvBlock(width, MASKS)

    def forward(self, x):
        return self.leave(self.middle(self.upsample(self.enter(x))))


class MaskHead(nn.Module):
    """Per level one more branch, for the 32 coefficients of each anchor, and the prototypes."""

    def __init__(self, classes, channels):
        super().__init__()
        self.detect = yolov8n.Head(classes, channels)
        width = max(channels[0] // 4, MASKS)
        self.coefficients = nn.ModuleList(
            nn.Sequential(ConvBlock(c, width, 3), ConvBlock(width, width, 3), nn.Conv2d(width, MASKS, 1)) for c in channels
        )
        # 256 channels, at YOLOv8n's width of a quarter.
        self.prototypes = Prototypes(channels[0], 64)

    @property
    def bins(self):
        return self.detect.bins

    def forward(self, maps):
        coefficients = torch.cat([branch(x).flatten(2) for branch, x in zip(self.coefficients, maps)], 2)
        return self.detect(maps), coefficients.transpose(1, 2), self.prototypes(maps[0])


class YoloV8nSeg(yolov8n.YoloV8n):
    def __init__(self, classes=80):
        super().__init__(classes)
        self.head = MaskHead(classes, (64, 128, 256))


def crop(losses, boxes):
    """Losses [n, h, w], 0 outside of the boxes [n, 4] xyxy in pixels of the maps."""
    height, width = losses.shape[1:]
    x1, y1, x2, y2 = boxes[:, :, None].chunk(4, 1)
    column, row = torch.arange(width)[None, None], torch.arange(height)[None, :, None]
    return losses * ((column >= x1) & (column < x2) & (row >= y1) & (row < y2))


def mask_loss(coefficients, prototypes, index, foreground, boxes, maps):
    """Mean over the foreground of the cross-entropy within the box, by the box's share of the map.

    Boxes [B, M, 4] in pixels of the maps; maps [B, h, w] with the object's row + 1 in each pixel.
    """
    total = torch.zeros(())
    for own, prototype, objects, present, box, numbers in zip(
        coefficients, prototypes, index, foreground, boxes, maps
    ):
        if not present.any():
            continue
        rows = objects[present]
        truth = (numbers[None] == rows[:, None, None] + 1).float()
        logits = torch.einsum("nc,chw->nhw", own[present], prototype)
        losses = crop(F.binary_cross_entropy_with_logits(logits, truth, reduction="none"), box[rows])
        area = (box[rows, 2:] - box[rows, :2]).prod(1) / numbers.numel()
        total = total + (losses.mean((1, 2)) / area).sum()
    return total / foreground.sum().clamp(min=1)


def segmentation_loss(output, targets, maps, bins):
    """Box, mask, class and DFL losses with their gains, as one vector [4]."""
    raw, coefficients, prototypes = output
    losses, index, foreground = yolov8n.detection_loss(raw, targets, bins)
    seg = 7.5 * mask_loss(coefficients, prototypes, index, foreground, targets[1] / 4, maps)
    return torch.cat((losses[:1], seg[None], losses[1:]))


def made_up_masks(targets, imgsz):
    """Ellipses in the boxes, at a quarter of the size, as one map an image."""
    _, boxes, used = targets
    side = imgsz // 4
    maps = torch.zeros(boxes.shape[0], side, side, dtype=torch.uint8)
    place = torch.arange(side) + 0.5
    for image in range(boxes.shape[0]):
        for number in range(boxes.shape[1]):
            if not used[image, number]:
                continue
            x1, y1, x2, y2 = boxes[image, number] / 4
            across = ((place - (x1 + x2) / 2) / (x2 - x1)) ** 2
            down = ((place - (y1 + y2) / 2) / (y2 - y1)) ** 2
            maps[image][(across[None] + down[:, None]) < 0.25] = number + 1
    return maps


def training_step(options):
    model = YoloV8nSeg(options.classes).train()
    optimizer = yolov8n.make_optimizer(model)
    images = torch.rand(options.batch, 3, options.imgsz, options.imgsz)
    targets = yolov8n.made_up_targets(options.batch, options.imgsz, options.classes)
    maps = made_up_masks(targets, options.imgsz)

    def step():
        optimizer.zero_grad()
        loss = segmentation_loss(model(images), targets, maps, model.head.bins)
        (loss.sum() * options.batch).backward()
        optimizer.step()
        return loss.detach().tolist()

    return model, step


if __name__ == "__main__":
    yolov8n.main(training_step, None, __doc__)
