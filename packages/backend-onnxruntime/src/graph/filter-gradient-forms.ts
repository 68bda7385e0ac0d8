import { GraphBuilder } from "@lookonce/onnx";
import type { Engine } from "../engine/engine.ts";
import { correlateBlocked } from "../kernels/blocked-filter-gradient.ts";
import { correlate } from "../kernels/conv2d-backprop-filter.ts";
import { type Convolution, convolution } from "../kernels/convolution.ts";
import { findBlockSize } from "./block-size.ts";
import type { FilterGradientForm, FilterGradients } from "./filter-gradients.ts";
import { Lowering } from "./lowering.ts";
import { type Floats, runOnce } from "./run-once.ts";
import { hostValue, sizeOf, type Value } from "./value.ts";

/** The forms of filter gradients that a runtime computes. */
export interface FoundFilterGradients extends FilterGradients {
  /** What should work and does not, and why. */
  readonly problems: readonly string[];
}

/** A convolution and a form of its filter gradient. */
export interface FilterGradientCase {
  readonly c: Convolution;
  readonly form: FilterGradientForm;
}

const found = new WeakMap<Engine, Promise<FoundFilterGradients | undefined>>();

/**
 * Finds out which forms of filter gradients the engine computes; once. Where `LOOKONCE_PROFILE` names a folder,
 * `filter-gradients-<process>.json` there has the answer.
 *
 * Its operators on blocks (`com.microsoft.nchwc`) are made for its own optimizer and may change from version to version. So
 * each form is tried on a small case against the operators that every version has.
 */
export function findFilterGradients(engine: Engine): Promise<FoundFilterGradients | undefined> {
  const answer = found.get(engine) ?? tryForms(engine);
  found.set(engine, answer);
  return answer;
}

async function tryForms(engine: Engine): Promise<FoundFilterGradients | undefined> {
  // On other processors their speed is not known.
  if (engine.processor !== "x64") return undefined;
  const block = await findBlockSize(engine);
  if (block === undefined) return undefined;
  const cases = smallCases(block);
  const kinds = [...new Set(cases.map(({ form }) => form.kind))];
  // All at once; one by one where that fails.
  const allWork = await engine.tried(
    `filter gradients on blocks of ${block}: ${kinds.join(", ")}`,
    async () => (await problemOf(engine, block, cases)) === undefined,
  );
  const problems = new Map<FilterGradientForm["kind"], string>();
  if (!allWork) {
    for (const each of cases) {
      const problem = await problemOf(engine, block, [each]);
      if (problem !== undefined) problems.set(each.form.kind, problem);
    }
  }
  const filterGradients = {
    block,
    forms: new Set(kinds.filter((kind) => !problems.has(kind))),
    problems: [...problems].map(([kind, problem]) => `${kind}: ${problem}`),
  };
  engine.note("filter-gradients", { ...filterGradients, forms: [...filterGradients.forms] });
  return filterGradients;
}

/** A small convolution for each form. */
function smallCases(block: number): FilterGradientCase[] {
  const square = (side: number, channels: number, taps: number, pad: number): Convolution => {
    return convolution([2, side, side, channels], [taps, taps, channels, 2 * block], { strides: 1, pad });
  };
  const depthwise = convolution([2, 5, 5, 2 * block], [3, 3, 1, 2 * block], { strides: 2, pad: 1 });
  return [
    { c: depthwise, form: { kind: "depthwise" } },
    { c: square(block, 2 * block, 1, 0), form: { kind: "pixels", filter: "x" } },
    { c: square(4, 3, 3, 1), form: { kind: "planes" } },
    { c: square(4, block, 3, 1), form: { kind: "stripes", images: 1, slices: 1, lanes: block / 2, swap: false } },
    { c: square(4, 2 * block, 3, 1), form: { kind: "stripes", images: 2, slices: 2, lanes: block, swap: true } },
  ];
}

/** Computes filter gradients in their forms and in the plain one. Returns what went wrong, if anything did. */
async function problemOf(
  engine: Engine,
  block: number,
  cases: readonly FilterGradientCase[],
): Promise<string | undefined> {
  try {
    const inputs = cases.flatMap(({ c }, i) =>
      Object.entries(operandShapes(c)).map(([name, shape]) => [`${name}${i}`, smallNumbers(shape)]),
    );
    const outputs = await runOnce(engine, comparison(block, cases), Object.fromEntries(inputs));
    for (const i of cases.keys()) {
      const [a, b] = outputs.slice(2 * i) as [Float32Array, Float32Array];
      // Sums of small whole numbers are exact, in any order.
      const wrong = a.findIndex((value, at) => value !== b[at]);
      if (wrong >= 0) return `element ${wrong} is ${a[wrong]}, not ${b[wrong]}`;
    }
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A graph of filter gradients: of `x0` and `dy0`, channels first, `blocked0` in its form and `plain0` in the plain one. */
export function comparison(block: number, cases: readonly FilterGradientCase[]): GraphBuilder {
  const graph = new GraphBuilder({ name: "comparison" });
  const to = new Lowering(graph, "onnxruntime");
  for (const [i, { c, form }] of cases.entries()) {
    const operand = (name: string, [n, channels, h, w]: Shape4): Value => {
      const value = hostValue([n, h, w, channels], "float32");
      to.setChannelsFirst(value, graph.input(`${name}${i}`, "float32", [n, channels, h, w]));
      return value;
    };
    const shapes = operandShapes(c);
    const [x, dy] = [operand("x", shapes.x), operand("dy", shapes.dy)];
    const blocked = correlateBlocked(to, c, { x, dy, block }, form);
    const plain = correlate(to, c, { x: to.getChannelsFirst(x), dy: to.getChannelsFirst(dy) });
    for (const [name, value] of Object.entries({ blocked, plain })) {
      graph.output(graph.node("Identity", [value], {}, { outputs: [`${name}${i}`] }), "float32");
    }
  }
  return graph;
}

type Shape4 = [number, number, number, number];

/** Shapes of a convolution's input and of its output's gradient, channels first. */
export function operandShapes(c: Convolution): { x: Shape4; dy: Shape4 } {
  return {
    x: [c.batch, c.inChannels, c.rows.input, c.columns.input],
    dy: [c.batch, c.outChannels, c.rows.output, c.columns.output],
  };
}

function smallNumbers(shape: Shape4): Floats {
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => ((i * 7) % 11) - 5) };
}
