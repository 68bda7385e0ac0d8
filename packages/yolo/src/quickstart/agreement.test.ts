import type { PlainBox } from "@lookonce/inference";
import { describe, expect, it } from "vitest";
import { agreementOf } from "./agreement.ts";

const box = (x1: number, number: number, confidence: number): PlainBox => {
  return { x1, y1: 0, x2: x1 + 10, y2: 10, confidence, class: number, name: String(number) };
};

describe("agreementOf", () => {
  it("pairs each detection with the nearest of its class, whatever the order", () => {
    const { counts, pixels, confidence } = agreementOf(
      [[box(0, 1, 0.9), box(50, 1, 0.8)]],
      [[box(50.5, 1, 0.8), box(0, 1, 0.7)]],
    );
    expect(counts).toEqual([2, 2]);
    expect(pixels).toBeCloseTo(0.5);
    expect(confidence).toBeCloseTo(0.2);
  });

  it("is infinitely far off when one is missing or of another class", () => {
    expect(agreementOf([[box(0, 1, 0.9)]], [[]]).pixels).toBe(Number.POSITIVE_INFINITY);
    expect(agreementOf([[]], [[box(0, 1, 0.9)]]).pixels).toBe(Number.POSITIVE_INFINITY);
    expect(agreementOf([[box(0, 1, 0.9)]], [[box(0, 2, 0.9)]]).pixels).toBe(Number.POSITIVE_INFINITY);
  });

  it("agrees on nothing", () => {
    expect(agreementOf([[]], [[]])).toEqual({ counts: [0, 0], pixels: 0, confidence: 0 });
  });

  it("adds images up and keeps the worst", () => {
    const ours = [[box(0, 1, 0.9)], [box(0, 1, 0.9), box(50, 2, 0.9)]];
    const theirs = [[box(2, 1, 0.9)], [box(1, 1, 0.9), box(50, 2, 0.8)]];
    const { counts, pixels, confidence } = agreementOf(ours, theirs);
    expect(counts).toEqual([3, 3]);
    expect(pixels).toBe(2);
    expect(confidence).toBeCloseTo(0.1);
  });
});
