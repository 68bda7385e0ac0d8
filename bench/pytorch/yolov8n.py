"""YOLOv8n in PyTorch, to time the same work that lookonce does on the same machine.

Written from the published layer table (modules, channels, strides) and the papers of the losses; random weights.

    python yolov8n.py --mode train --imgsz 640 --batch 8 --threads 2 --steps 5

prints one line of JSON with the median seconds per step. A training step is: forward pass in training mode, task-aligned
assignment, CIoU + distribution focal + binary cross-entropy losses, backward pass, SGD with Nesterov momentum over three
parameter groups. An inference step is one forward pass with BatchNorm folded into the convolutions, and the decoding of
boxes and probabilities; no NMS.
"""

import argparse
import json
import math
import statistics
import time

import torch
import torch.nn.functional as F
from torch import nn

REG_MAX = 16
STRIDES = (8, 16, 32)


class ConvBlock(nn.Module):
    """Convolution, BatchNorm (eps 1e-3, momentum 0.03), SiLU."""

    def __init__(self, inputs, outputs, kernel=1, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.03)
        self.act = nn.SiLU(inplace=True)

    def forward(self, x):
        return self.act(self.bn(self.conv(x)))


class Residual(nn.Module):
    """Two 3x3 blocks, with or without a skip connection."""

    def __init__(self, channels, skip):
        super().__init__()
        self.first = ConvBlock(channels, channels, 3)
        self.second = ConvBlock(channels, channels, 3)
        self.skip = skip

    def forward(self, x):
        y = self.second(self.first(x))
        return x + y if self.skip else y


class SplitStage(nn.Module):
    """C2f: half of the channels run through a chain of blocks, and every link of the chain is kept."""

    def __init__(self, inputs, outputs, depth, skip):
        super().__init__()
        half = outputs // 2
        self.enter = ConvBlock(inputs, 2 * half)
        self.chain = nn.ModuleList(Residual(half, skip) for _ in range(depth))
        self.leave = ConvBlock((2 + depth) * half, outputs)

    def forward(self, x):
        kept = list(self.enter(x).chunk(2, 1))
        for link in self.chain:
            kept.append(link(kept[-1]))
        return self.leave(torch.cat(kept, 1))


class PyramidPool(nn.Module):
    """SPPF: three 5x5 max poolings in a row, all four maps joined."""

    def __init__(self, channels):
        super().__init__()
        self.enter = ConvBlock(channels, channels // 2)
        self.leave = ConvBlock(channels * 2, channels)

    def forward(self, x):
        maps = [self.enter(x)]
        for _ in range(3):
            maps.append(F.max_pool2d(maps[-1], 5, 1, 2))
        return self.leave(torch.cat(maps, 1))


class Head(nn.Module):
    """Per level one branch for 4 x 16 box bins and one for class logits."""

    def __init__(self, classes, channels):
        super().__init__()
        box_width = max(16, channels[0] // 4, REG_MAX * 4)
        class_width = max(channels[0], min(classes, 100))

        def branch(inputs, width, outputs):
            return nn.Sequential(ConvBlock(inputs, width, 3), ConvBlock(width, width, 3), nn.Conv2d(width, outputs, 1))

        self.boxes = nn.ModuleList(branch(c, box_width, 4 * REG_MAX) for c in channels)
        self.classes = nn.ModuleList(branch(c, class_width, classes) for c in channels)
        # The mean over the bins, as a fixed 1x1 convolution: it counts among the published parameters.
        self.bins = nn.Parameter(torch.arange(REG_MAX, dtype=torch.float32), requires_grad=False)
        for box, cls, stride in zip(self.boxes, self.classes, STRIDES):
            nn.init.constant_(box[-1].bias, 1.0)
            nn.init.constant_(cls[-1].bias, math.log(5 / classes / (640 / stride) ** 2))

    def forward(self, maps):
        return [torch.cat((b(x), c(x)), 1) for b, c, x in zip(self.boxes, self.classes, maps)]


class YoloV8n(nn.Module):
    def __init__(self, classes=80):
        super().__init__()
        self.stem = nn.Sequential(ConvBlock(3, 16, 3, 2), ConvBlock(16, 32, 3, 2), SplitStage(32, 32, 1, True))
        self.stage8 = nn.Sequential(ConvBlock(32, 64, 3, 2), SplitStage(64, 64, 2, True))
        self.stage16 = nn.Sequential(ConvBlock(64, 128, 3, 2), SplitStage(128, 128, 2, True))
        self.stage32 = nn.Sequential(ConvBlock(128, 256, 3, 2), SplitStage(256, 256, 1, True), PyramidPool(256))
        self.up16 = SplitStage(384, 128, 1, False)
        self.up8 = SplitStage(192, 64, 1, False)
        self.down16 = ConvBlock(64, 64, 3, 2)
        self.out16 = SplitStage(192, 128, 1, False)
        self.down32 = ConvBlock(128, 128, 3, 2)
        self.out32 = SplitStage(384, 256, 1, False)
        self.head = Head(classes, (64, 128, 256))

    def forward(self, x):
        c8 = self.stage8(self.stem(x))
        c16 = self.stage16(c8)
        c32 = self.stage32(c16)
        p16 = self.up16(torch.cat((F.interpolate(c32, scale_factor=2.0, mode="nearest"), c16), 1))
        p8 = self.up8(torch.cat((F.interpolate(p16, scale_factor=2.0, mode="nearest"), c8), 1))
        n16 = self.out16(torch.cat((self.down16(p8), p16), 1))
        n32 = self.out32(torch.cat((self.down32(n16), c32), 1))
        return self.head((p8, n16, n32))


def fold_batch_norm(model):
    """Folds every BatchNorm into its convolution, for inference."""
    for block in model.modules():
        if isinstance(block, ConvBlock):
            block.conv = nn.utils.fuse_conv_bn_eval(block.conv.eval(), block.bn.eval())
            block.bn = nn.Identity()
    return model


def anchor_points(raw):
    """Cell centers [A, 2] in cells, and the stride [A, 1] of each."""
    points, strides = [], []
    for level, stride in zip(raw, STRIDES):
        height, width = level.shape[2:]
        y, x = torch.meshgrid(torch.arange(height) + 0.5, torch.arange(width) + 0.5, indexing="ij")
        points.append(torch.stack((x, y), -1).reshape(-1, 2))
        strides.append(torch.full((height * width, 1), float(stride)))
    return torch.cat(points), torch.cat(strides)


def split_raw(raw):
    """Raw maps to box logits [B, A, 64] and class logits [B, A, nc]."""
    flat = torch.cat([level.flatten(2) for level in raw], 2).transpose(1, 2)
    return flat[..., : 4 * REG_MAX], flat[..., 4 * REG_MAX :]


def decode_boxes(logits, points, bins):
    """Box logits to corners [B, A, 4] in cells."""
    distance = logits.unflatten(-1, (4, REG_MAX)).softmax(-1) @ bins
    return torch.cat((points - distance[..., :2], points + distance[..., 2:]), -1)


def ciou(a, b):
    """Complete IoU of broadcastable corner boxes [..., 4] (Zheng et al., AAAI 2020)."""
    width_a, height_a = a[..., 2] - a[..., 0], a[..., 3] - a[..., 1] + 1e-7
    width_b, height_b = b[..., 2] - b[..., 0], b[..., 3] - b[..., 1] + 1e-7
    overlap = (torch.minimum(a[..., 2:], b[..., 2:]) - torch.maximum(a[..., :2], b[..., :2])).clamp(min=0).prod(-1)
    iou = overlap / (width_a * height_a + width_b * height_b - overlap + 1e-7)
    hull = torch.maximum(a[..., 2:], b[..., 2:]) - torch.minimum(a[..., :2], b[..., :2])
    diagonal = hull.square().sum(-1) + 1e-7
    centers = (b[..., :2] + b[..., 2:] - a[..., :2] - a[..., 2:]).square().sum(-1) / 4
    aspect = 4 / math.pi**2 * (torch.atan(width_b / height_b) - torch.atan(width_a / height_a)).square()
    with torch.no_grad():
        weight = aspect / (aspect - iou + (1 + 1e-7))
    return iou - centers / diagonal - weight * aspect


@torch.no_grad()
def assign(scores, boxes, points, targets, topk=10, alpha=0.5, beta=6.0):
    """Task-aligned assignment (Feng et al., ICCV 2021); boxes and points in pixels.

    Gives the target index [B, A], the foreground mask [B, A] and the soft class scores [B, A, nc].
    """
    labels, truth, mask = targets
    edges = torch.cat((points[None, None] - truth[:, :, None, :2], truth[:, :, None, 2:] - points[None, None]), -1)
    inside = (edges.amin(-1) > 1e-9) & mask[..., None]
    wanted = scores.transpose(1, 2).gather(1, labels[..., None].expand(-1, -1, points.shape[0]))
    overlap = ciou(truth[:, :, None], boxes[:, None]).clamp(min=0) * inside
    metric = wanted.pow(alpha) * overlap.pow(beta) * inside
    best = metric.topk(topk, -1).indices
    chosen = torch.zeros_like(metric).scatter_(-1, best, 1.0) * inside
    contested = (chosen.sum(1, keepdim=True) > 1).expand_as(chosen)
    winner = F.one_hot(overlap.argmax(1), truth.shape[1]).transpose(1, 2).to(chosen.dtype)
    chosen = torch.where(contested, winner, chosen)
    foreground, index = chosen.sum(1) > 0, chosen.argmax(1)
    metric = metric * chosen
    peak, reach = metric.amax(-1, keepdim=True), (overlap * chosen).amax(-1, keepdim=True)
    strength = (metric * reach / (peak + 1e-9)).amax(1)
    soft = F.one_hot(labels.gather(1, index), scores.shape[-1]) * (strength * foreground)[..., None]
    return index, foreground, soft


def detection_loss(raw, targets, bins, gains=(7.5, 0.5, 1.5)):
    """Box, class and DFL losses with their gains, as one vector [3]; which target each anchor has, and whether it has one."""
    box_logits, class_logits = split_raw(raw)
    points, strides = anchor_points(raw)
    cells = decode_boxes(box_logits, points, bins)
    index, foreground, soft = assign(
        class_logits.detach().sigmoid(), cells.detach() * strides, points * strides, targets
    )
    total = soft.sum().clamp(min=1)
    class_loss = F.binary_cross_entropy_with_logits(class_logits, soft, reduction="sum") / total
    truth = targets[1].gather(1, index[..., None].expand(-1, -1, 4)) / strides
    weight = soft.sum(-1) * foreground
    box_loss = ((1 - ciou(cells, truth)) * weight).sum() / total
    reach = torch.cat((points - truth[..., :2], truth[..., 2:] - points), -1).clamp(0, REG_MAX - 1.01)
    left = reach.floor()
    log_probability = box_logits.unflatten(-1, (4, REG_MAX)).log_softmax(-1)
    lower = log_probability.gather(-1, left.long()[..., None])[..., 0]
    upper = log_probability.gather(-1, left.long()[..., None] + 1)[..., 0]
    focal = -(lower * (left + 1 - reach) + upper * (reach - left)).mean(-1)
    dfl_loss = (focal * weight).sum() / total
    return torch.stack((box_loss, class_loss, dfl_loss)) * torch.tensor(gains), index, foreground


def made_up_targets(batch, imgsz, classes, count=16):
    """Padded targets: labels [B, M], corner boxes [B, M, 4] in pixels, mask [B, M]."""
    size = imgsz * (0.05 + 0.4 * torch.rand(batch, count, 2))
    corner = torch.rand(batch, count, 2) * (imgsz - size)
    used = torch.arange(count)[None] < torch.randint(3, count, (batch, 1))
    return torch.randint(0, classes, (batch, count)), torch.cat((corner, corner + size), -1), used


def make_optimizer(model):
    """SGD with Nesterov momentum; weight decay on convolution weights only."""
    norms = [p for m in model.modules() if isinstance(m, nn.BatchNorm2d) for p in [m.weight]]
    biases = [p for name, p in model.named_parameters() if name.endswith("bias")]
    weights = [m.weight for m in model.modules() if isinstance(m, (nn.Conv2d, nn.ConvTranspose2d))]
    groups = [{"params": biases}, {"params": weights, "weight_decay": 5e-4}, {"params": norms}]
    return torch.optim.SGD(groups, lr=1e-3, momentum=0.937, nesterov=True)


def training_step(options):
    model = YoloV8n(options.classes).train()
    optimizer = make_optimizer(model)
    images = torch.rand(options.batch, 3, options.imgsz, options.imgsz)
    targets = made_up_targets(options.batch, options.imgsz, options.classes)

    def step():
        optimizer.zero_grad()
        loss, _, _ = detection_loss(model(images), targets, model.head.bins)
        (loss.sum() * options.batch).backward()
        optimizer.step()
        return loss.detach().tolist()

    return model, step


def inference_step(options):
    model = YoloV8n(options.classes).eval()
    parameters = sum(p.numel() for p in model.parameters())
    fold_batch_norm(model)
    images = torch.rand(options.batch, 3, options.imgsz, options.imgsz)

    @torch.inference_mode()
    def step():
        raw = model(images)
        box_logits, class_logits = split_raw(raw)
        points, strides = anchor_points(raw)
        boxes = decode_boxes(box_logits, points, model.head.bins) * strides
        return float(torch.cat((boxes, class_logits.sigmoid()), -1)[0, 0, 0])

    return parameters, step


def main(training=training_step, inference=inference_step, doc=__doc__):
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mode", choices=("train", "infer") if inference else ("train",), default="train")
    parser.add_argument("--imgsz", type=int, default=640)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--warmup", type=int, default=1)
    parser.add_argument("--classes", type=int, default=80)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    # Steps end by reading a result, which waits for the device.
    torch.set_default_device(options.device)
    torch.manual_seed(0)
    torch.set_num_threads(options.threads)
    if options.mode == "train":
        model, step = training(options)
        parameters = sum(p.numel() for p in model.parameters())
    else:
        parameters, step = inference(options)
    for _ in range(options.warmup):
        step()
    seconds = []
    for _ in range(options.steps):
        start = time.perf_counter()
        last = step()
        seconds.append(time.perf_counter() - start)
    print(
        json.dumps(
            {
                "framework": f"pytorch {torch.__version__}",
                "device": options.device,
                "mode": options.mode,
                "imgsz": options.imgsz,
                "batch": options.batch,
                "threads": options.threads,
                "parameters": parameters,
                "secondsPerStep": statistics.median(seconds),
                "fastest": min(seconds),
                "steps": options.steps,
                "last": last,
            }
        )
    )


if __name__ == "__main__":
    main()
