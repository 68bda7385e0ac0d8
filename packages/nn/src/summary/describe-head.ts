import { LookonceError } from "@lookonce/errors";
import type { BranchName, Head } from "../head.ts";
import type { Module } from "../module.ts";
import { Classify } from "../modules/classify.ts";
import { DetectV5 } from "../modules/detect-v5.ts";
import { DetectV8, headWidths } from "../modules/detect-v8.ts";
import type { HeadBranch } from "../modules/head-branch.ts";
import { Segment, SegmentV5 } from "../modules/segment.ts";
import { Segment26 } from "../modules/segment26.ts";

/** The head of YOLOv8 and later families: a box branch and a class branch on every level. */
export interface AnchorFreeHead {
  family: string;
  parameters: number;
  nc: number;
  /** Bins per side of a box. */
  regMax: number;
  /** Channels within the box branches and the class branches. */
  c2: number;
  c3: number;
  /** The widths by the rule {@link headWidths}; other than `c2` and `c3` where the model file sets these by hand. */
  rule: { c2: number; c3: number };
  /** Its branches, each with the levels below. */
  branches: readonly BranchName[];
  /** Fixed weights that turn bins into distances. */
  dfl: number;
  /** What the third branches predict besides boxes and classes, their outputs a cell, and channels within. */
  extras?: { name: string; outputs: number; c4: number } | undefined;
  prototypes?: PrototypesDescription | undefined;
  /** Per level, finest first: pixels per cell, channels of the map, parameters of its convolutions in a branch. */
  levels: { stride: number; channels: number; box: number; class: number; extra?: number | undefined }[];
}

/** YOLOv5's head: one 1×1 convolution on every level. */
export interface AnchorBasedHead {
  family: "v5";
  parameters: number;
  nc: number;
  /** Anchors a level. */
  anchors: number;
  /** Outputs a cell, anchors · (5 + nc + extras): x, y, width, height, objectness, classes and extras of each anchor. */
  outputs: number;
  /** What an anchor has besides box and classes, and how many numbers that is. */
  extras?: { name: string; outputs: number } | undefined;
  prototypes?: PrototypesDescription | undefined;
  /** Per level, finest first: pixels per cell, channels of the map, parameters of its convolution. */
  levels: { stride: number; channels: number; parameters: number }[];
}

/** The branch of a segmentation head that masks are combined from. */
export interface PrototypesDescription {
  /** Number of prototypes. */
  count: number;
  /** Channels within the branch. */
  hidden: number;
  parameters: number;
}

/** The head of a classification model: a convolution, the mean over all cells, a linear layer. */
export interface ClassifyHead {
  family: string;
  parameters: number;
  nc: number;
  /** Channels of the last map, and of the vector that the classes come from. */
  channels: number;
  hidden: number;
  /** Parameters of the convolution and of the linear layer. */
  conv: number;
  linear: number;
}

/** What a head's size comes from. */
export type HeadDescription = AnchorFreeHead | AnchorBasedHead | ClassifyHead;

/** Counts a head's parameters by branch and level, with the numbers that its widths follow from. */
export function describeHead(head: Head): HeadDescription {
  if (head instanceof DetectV8) return describeAnchorFree(head);
  if (head instanceof DetectV5) return describeAnchorBased(head);
  if (head instanceof Classify) return describeClassify(head);
  throw new LookonceError("UNSUPPORTED", `${head.constructor.name} is a head that cannot be described`);
}

/** What a head has besides detection's. */
function describeExtras(head: DetectV8 | DetectV5): Pick<AnchorBasedHead, "extras" | "prototypes"> {
  const { extras, extrasName, prototypes } = head;
  const proto =
    head instanceof Segment || head instanceof Segment26 || head instanceof SegmentV5 ? head.proto : undefined;
  return {
    extras: extras === 0 ? undefined : { name: extrasName, outputs: extras },
    prototypes: proto && { count: prototypes, hidden: proto.hidden, parameters: proto.parameterCount },
  };
}

function describeAnchorFree(head: DetectV8): AnchorFreeHead {
  const { family, nc, regMax, channels, strides, boxWidth, classWidth, extraWidth: c4, parameterCount, dfl } = head;
  const [branch] = head.parts as [HeadBranch];
  const levels = branch.boxes.items.map((box, i) => ({
    stride: strides[i] as number,
    channels: channels[i] as number,
    box: box.parameterCount,
    class: (branch.classes.items[i] as Module).parameterCount,
    extra: head.extras === 0 ? undefined : sum(branch.extras.map(({ items }) => items[i]?.parameterCount ?? 0)),
  }));
  const rule = headWidths(channels[0] as number, { nc, regMax });
  const widths = { c2: boxWidth, c3: classWidth, rule };
  const { extras, prototypes } = describeExtras(head);
  const parts = {
    branches: head.branches,
    dfl: dfl?.parameterCount ?? 0,
    extras: extras && { ...extras, c4 },
    prototypes,
    levels,
  };
  return { family, parameters: parameterCount, nc, regMax, ...widths, ...parts };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function describeAnchorBased(head: DetectV5): AnchorBasedHead {
  const { nc, channels, strides, anchorsPerLevel, parameterCount } = head;
  const levels = head.m.items.map((conv, i) => ({
    stride: strides[i] as number,
    channels: channels[i] as number,
    parameters: conv.parameterCount,
  }));
  const outputs = anchorsPerLevel * (5 + nc + head.extras);
  const size = { parameters: parameterCount, nc, anchors: anchorsPerLevel, outputs };
  return { family: "v5", ...size, ...describeExtras(head), levels };
}

function describeClassify({ family, nc, conv, linear, parameterCount }: Classify): ClassifyHead {
  const [, , channels, hidden] = conv.conv.weight.shape;
  const parts = { conv: conv.parameterCount, linear: linear.parameterCount };
  return { family, parameters: parameterCount, nc, channels, hidden, ...parts };
}
