import { LookonceError } from "@lookonce/errors";
import type { Head } from "../head.ts";
import type { Module } from "../module.ts";
import { DetectV5 } from "../modules/detect-v5.ts";
import { DetectV8, headWidths } from "../modules/detect-v8.ts";

/** YOLOv8's head: a box branch and a class branch on every level. */
export interface AnchorFreeHead {
  family: "v8";
  parameters: number;
  nc: number;
  /** Bins per side of a box. */
  regMax: number;
  /** Channels within the box branches and the class branches. */
  c2: number;
  c3: number;
  /** The widths by the rule {@link headWidths}; other than `c2` and `c3` where the model file sets these by hand. */
  rule: { c2: number; c3: number };
  /** Fixed weights that turn bins into distances. */
  dfl: number;
  /** Per level, finest first: pixels per cell, channels of the map, parameters of its two branches. */
  levels: { stride: number; channels: number; box: number; class: number }[];
}

/** YOLOv5's head: one 1×1 convolution on every level. */
export interface AnchorBasedHead {
  family: "v5";
  parameters: number;
  nc: number;
  /** Anchors a level. */
  anchors: number;
  /** Outputs a cell, anchors · (5 + nc): x, y, width, height, objectness and the classes of each anchor. */
  outputs: number;
  /** Per level, finest first: pixels per cell, channels of the map, parameters of its convolution. */
  levels: { stride: number; channels: number; parameters: number }[];
}

/** What a head's size comes from. */
export type HeadDescription = AnchorFreeHead | AnchorBasedHead;

/** Counts a head's parameters by branch and level, with the numbers that its widths follow from. */
export function describeHead(head: Head): HeadDescription {
  if (head instanceof DetectV8) return describeAnchorFree(head);
  if (head instanceof DetectV5) return describeAnchorBased(head);
  throw new LookonceError("UNSUPPORTED", `${head.constructor.name} is a head that cannot be described`);
}

function describeAnchorFree(head: DetectV8): AnchorFreeHead {
  const { nc, regMax, channels, strides, boxWidth, classWidth, parameterCount, dfl } = head;
  const levels = head.cv2.items.map((box, i) => ({
    stride: strides[i] as number,
    channels: channels[i] as number,
    box: box.parameterCount,
    class: (head.cv3.items[i] as Module).parameterCount,
  }));
  const rule = headWidths(channels[0] as number, { nc, regMax });
  const widths = { c2: boxWidth, c3: classWidth, rule };
  return { family: "v8", parameters: parameterCount, nc, regMax, ...widths, dfl: dfl.parameterCount, levels };
}

function describeAnchorBased(head: DetectV5): AnchorBasedHead {
  const { nc, channels, strides, anchorsPerLevel, parameterCount } = head;
  const levels = head.m.items.map((conv, i) => ({
    stride: strides[i] as number,
    channels: channels[i] as number,
    parameters: conv.parameterCount,
  }));
  const outputs = anchorsPerLevel * (5 + nc);
  return { family: "v5", parameters: parameterCount, nc, anchors: anchorsPerLevel, outputs, levels };
}
