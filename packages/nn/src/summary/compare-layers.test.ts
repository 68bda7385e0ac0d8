import { describe, expect, it } from "vitest";
import {
  compareLayers,
  DetectionModel,
  type LayerPair,
  type LayerSummary,
  readModelConfig,
  summarize,
} from "../index.ts";

const layersOf = (name: string): LayerSummary[] => summarize(new DetectionModel(readModelConfig(name))).modules;
const pairs = (compared: LayerPair[]): string[] =>
  compared.map(({ left, right, same }) => `${left?.index ?? "-"} ${right?.index ?? "-"} ${same ? "=" : "≠"}`);

describe("compareLayers", () => {
  it("finds a model like itself, layer by layer", () => {
    const layers = layersOf("yolov8n");
    const compared = compareLayers(layers, layers);
    expect(compared.every(({ left, right, same }) => same && left === right)).toBe(true);
    expect(compared).toHaveLength(layers.length);
  });

  it("sets what P2 adds apart and keeps the rest in step", () => {
    const [plain, p2] = [layersOf("yolov8x"), layersOf("yolov8x-p2")];
    const compared = compareLayers(plain, p2);
    expect(pairs(compared).slice(0, 16)).toEqual(Array.from({ length: 16 }, (_, i) => `${i} ${i} =`));
    expect(compared.filter(({ left, right }) => left === undefined && right !== undefined)).toHaveLength(6);
    expect(compared.filter(({ right }) => right === undefined)).toEqual([]);
    expect(pairs(compared).at(-1)).toBe("22 28 ≠");
  });

  it("keeps every layer of both models, in order", () => {
    const [a, b] = [layersOf("yolov5s"), layersOf("yolov8s")];
    const compared = compareLayers(a, b);
    expect(compared.flatMap(({ left }) => left ?? [])).toEqual(a);
    expect(compared.flatMap(({ right }) => right ?? [])).toEqual(b);
    expect(pairs(compared)[2]).toBe("2 2 ≠");
    expect(compareLayers([], b).map(({ right }) => right)).toEqual(b);
  });
});
