import { Random } from "@lookonce/random";
import { describe, expect, it } from "vitest";
import { lineStyle } from "../chart/style.ts";
import { classColor } from "../draw/palette.ts";
import { countColor, pixelsOf, rgb } from "../test-pixels.ts";
import { type ConfusionCounts, plotConfusionMatrix } from "./plot-confusion-matrix.ts";
import { type CurvesOfClass, plotCurve } from "./plot-curve.ts";
import { plotEvolution } from "./plot-evolution.ts";
import { type LabelBoxes, plotLabels } from "./plot-labels.ts";
import { plotLines } from "./plot-lines.ts";
import { plotResults, type ResultsRow } from "./plot-results.ts";

const quick = { pixelRatio: 1 };
const first = rgb(lineStyle(0).color);
const second = rgb(lineStyle(1).color);
const names = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `class ${i}${i === 1 ? " with a name that is far too long" : ""}`);

describe("plotLines", () => {
  it("draws each line in its color, and panels side by side", async () => {
    const series = [
      { name: "a", y: [1, 2, 3] },
      { name: "b", y: [3, 2, 1] },
    ];
    const one = await pixelsOf(await plotLines([{ title: "t", series }], quick));
    expect([one.width, one.height]).toEqual([408, 306]);
    expect(countColor(one, first)).toBeGreaterThan(200);
    expect(countColor(one, second)).toBeGreaterThan(200);
    const five = Array.from({ length: 5 }, () => ({ title: "t", series }));
    const many = await pixelsOf(await plotLines(five, { ...quick, title: "five" }));
    expect([many.width, many.height]).toEqual([1608, 640]);
  });

  it("accepts what is empty, constant, alone or not finite", async () => {
    for (const y of [
      [],
      [Number.NaN],
      [2],
      [2, 2],
      [Number.NaN, 1, Number.POSITIVE_INFINITY, 2],
      [0, 1e-9],
      [0, 1e12],
    ]) {
      const png = await plotLines([{ title: "t", series: [{ y }], smooth: 2, wholeX: true }], quick);
      const drawn = countColor(await pixelsOf(png), first, 25) > 5;
      expect(drawn).toBe(y.some(Number.isFinite));
    }
  });

  it("names what does not fit", async () => {
    await expect(plotLines([])).rejects.toMatchObject({ code: "ARGUMENT" });
    const bad = { title: "t", series: [{ name: "loss", x: [1], y: [1, 2] }] };
    await expect(plotLines([bad])).rejects.toThrow("loss has 1 x values and 2 y values");
  });
});

describe("plotResults", () => {
  const row = (epoch: number): ResultsRow => ({
    epoch,
    time: epoch,
    "train/box_loss": 2 / epoch,
    "val/box_loss": 2.2 / epoch,
    "train/cls_loss": 3 / epoch,
    "metrics/mAP50(B)": epoch % 2 === 0 ? undefined : 1 - 1 / epoch,
    "metrics/precision(B)": 1 - 1 / epoch,
    "lr/pg0": 0.01,
    "lr/pg1": 0.02,
  });

  it("has a panel for each loss and score, training beside validation, and one for learning rates", async () => {
    const rows = Array.from({ length: 12 }, (_, i) => row(i + 1));
    const image = await pixelsOf(await plotResults(rows, quick));
    // Loss: box, Loss: cls, Precision, mAP at IoU 0.50, Learning rate: five panels in two lines.
    expect([image.width, image.height]).toEqual([3 * 400 + 8, 2 * 300 + 6]);
    expect(countColor(image, second)).toBeGreaterThan(200);
    const fewer = rows.map(({ "lr/pg0": _0, "lr/pg1": _1, ...rest }) => rest);
    expect((await pixelsOf(await plotResults(fewer, quick))).width).toBe(4 * 400 + 8);
  });

  it("accepts no rows, one row, and rows of NaN", async () => {
    for (const rows of [[], [row(1)], [{ epoch: 1, "train/box_loss": Number.NaN }]]) {
      const { width, height } = await pixelsOf(await plotResults(rows, quick));
      expect(width * height).toBeGreaterThan(100_000);
    }
  });
});

describe("plotConfusionMatrix", () => {
  const matrix = (classes: number, of: (predicted: number, actual: number) => number): ConfusionCounts => {
    const size = classes + 1;
    return { size, counts: Array.from({ length: size * size }, (_, i) => of(Math.floor(i / size), i % size)) };
  };
  const darkest: [number, number, number] = [8, 48, 107];

  it("paints a perfect diagonal darkest, and shares by column", async () => {
    const perfect = matrix(3, (p, a) => (p === a && p < 3 ? 10 : 0));
    const full = countColor(await pixelsOf(await plotConfusionMatrix(perfect, names(3), quick)), darkest, 6);
    expect(full).toBeGreaterThan(3 * 80 * 80);
    // One of two labels of each class is missed: half the shares, while the highest count is still the darkest.
    const half = matrix(3, (p, a) => (a < 3 && (p === a || p === 3) ? 10 : 0));
    const shares = countColor(await pixelsOf(await plotConfusionMatrix(half, names(3), quick)), darkest, 6);
    expect(shares).toBeLessThan(1000);
    const counted = await plotConfusionMatrix(half, names(3), { ...quick, normalize: false });
    expect(countColor(await pixelsOf(counted), darkest, 6)).toBeGreaterThan(6 * 80 * 80);
  });

  it.each([1, 3, 80, 365])("lays out %d classes, whatever their names", async (classes) => {
    const png = await plotConfusionMatrix(
      matrix(classes, (p, a) => (p === a ? 3 : (p + a) % 7 === 0 ? 1 : 0)),
      names(classes),
      { ...quick, normalize: classes !== 365 },
    );
    const { width, height } = await pixelsOf(png);
    expect(Math.max(width, height)).toBeLessThan(1400);
    expect(width).toBeGreaterThanOrEqual(480);
  });

  it("accepts matrices of nothing and of NaN, and refuses those that are not square", async () => {
    for (const value of [0, Number.NaN]) {
      const image = await pixelsOf(
        await plotConfusionMatrix(
          matrix(2, () => value),
          [],
          quick,
        ),
      );
      expect(countColor(image, [247, 251, 255], 8)).toBeGreaterThan(10_000);
    }
    await expect(plotConfusionMatrix({ size: 3, counts: [1] }, [])).rejects.toThrow("needs 9 counts, but has 1");
  });
});

describe("plotCurve", () => {
  const curves = (value: number): CurvesOfClass["curves"] => {
    const values = Float64Array.from({ length: 100 }, (_, i) => value * (1 - (i / 99) ** 2));
    return { precision: values, recall: values, f1: values, precisionAtRecall: values };
  };
  const classes = (count: number): CurvesOfClass[] =>
    names(count).map((name, i) => ({ name, ap50: (i + 1) / count, curves: curves((i + 1) / count) }));
  const gray = rgb("#c3c9d0");
  const mean = rgb("#0b3d91");

  it.each(["precision-recall", "f1", "precision", "recall"] as const)(
    "draws %s of 1, 3 and 80 classes",
    async (kind) => {
      for (const count of [1, 3, 80]) {
        const image = await pixelsOf(await plotCurve(kind, classes(count), quick));
        expect([image.width, image.height]).toEqual([920, 610]);
        expect(countColor(image, mean)).toBeGreaterThan(1000);
        // Of many classes most are gray, of few none is.
        if (count === 80) expect(countColor(image, gray)).toBeGreaterThan(1000);
        else expect(countColor(image, gray)).toBeLessThan(20);
      }
    },
  );

  it("accepts no classes, and curves of NaN", async () => {
    expect(countColor(await pixelsOf(await plotCurve("f1", [], quick)), mean)).toBe(0);
    const png = await plotCurve("f1", [{ name: "a", ap50: Number.NaN, curves: curves(Number.NaN) }], quick);
    expect((await pixelsOf(png)).width).toBe(920);
  });
});

describe("plotLabels", () => {
  const random = (count: number, classes: number): Omit<LabelBoxes, "names"> => {
    const rng = new Random(3);
    const shares = (): Float32Array => Float32Array.from({ length: 2 * count }, () => rng.uniform(0, 1));
    const labels = Int32Array.from({ length: count }, () => rng.integer(0, classes));
    return { labels, centers: shares(), sizes: shares() };
  };

  it("draws bars in the classes' colors, as high as the counts", async () => {
    const labels = [...Array(20).fill(0), ...Array(10).fill(1)];
    const halves = new Float32Array(60).fill(0.5);
    const table = { names: ["a", "b"], labels, centers: halves, sizes: halves };
    const image = await pixelsOf(await plotLabels(table, quick));
    const [a, b] = [countColor(image, classColor(0)), countColor(image, classColor(1))];
    expect(b).toBeGreaterThan(5000);
    expect(a / b).toBeGreaterThan(1.9);
    expect(a / b).toBeLessThan(2.1);
  });

  it("draws many classes with a line of their own", async () => {
    const few = await pixelsOf(await plotLabels({ names: names(3), ...random(50, 3) }, quick));
    const many = await pixelsOf(await plotLabels({ names: names(80), ...random(3000, 80) }, quick));
    expect([few.width, many.width]).toEqual([920, 1380]);
  });

  it("accepts no labels, no classes, classes without a name and boxes that are not finite", async () => {
    for (const table of [
      { names: [], labels: [], centers: [], sizes: [] },
      { names: ["a"], labels: [], centers: [], sizes: [] },
      { names: ["a"], labels: [4], centers: [Number.NaN, 0.5], sizes: [-1, Number.POSITIVE_INFINITY] },
      { names: ["a"], labels: [0], centers: [1.5, -0.5], sizes: [2, 3] },
    ]) {
      expect((await pixelsOf(await plotLabels(table, quick))).width).toBe(920);
    }
    const short = { names: [], labels: [0], centers: [1], sizes: [1, 1] };
    await expect(plotLabels(short)).rejects.toThrow("1 labels need 2 numbers");
  });
});

describe("plotEvolution", () => {
  const generation = (i: number): { fitness: number; parameters: Record<string, number> } => ({
    fitness: i / 10,
    parameters: { lr0: 0.01 * i, momentum: 0.9, degrees: i },
  });
  const red = rgb("#c81e1e");

  it("marks the fittest generation in each panel", async () => {
    const one = Array.from({ length: 8 }, (_, i) => generation(i));
    const image = await pixelsOf(await plotEvolution(one, quick));
    const single = await pixelsOf(await plotEvolution([{ fitness: 1, parameters: { lr0: 1 } }], quick));
    expect(countColor(image, red, 30)).toBeGreaterThan(2 * countColor(single, red, 30));
    expect(countColor(single, red, 30)).toBeGreaterThan(15);
  });

  it("leaves failed generations out, and says what is missing", async () => {
    const failed = [{ ...generation(1), fitness: Number.NaN }];
    expect(countColor(await pixelsOf(await plotEvolution(failed, quick)), red, 30)).toBe(0);
    await expect(plotEvolution([])).rejects.toMatchObject({ code: "ARGUMENT" });
  });
});
