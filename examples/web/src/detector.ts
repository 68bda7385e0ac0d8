import { type FamilyName, familySettings, isFamilyName } from "@lookonce/config";
import { nonMaxSuppression, scaleBoxes } from "@lookonce/geometry";
import type { Image } from "@lookonce/image";
import { letterbox } from "@lookonce/image/letterbox";
import { modelMetadata, parseModel } from "@lookonce/onnx";
import { env, InferenceSession, Tensor } from "onnxruntime-web/wasm";

// More threads need a page that is isolated from others (headers COOP and COEP).
env.wasm.numThreads = 1;

/** A box in pixels of the image. */
export interface Detection {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  confidence: number;
  class: number;
  name: string;
}

/** A model that `lookonce export format=onnx` wrote. */
export class Detector {
  readonly #session: InferenceSession;
  readonly #names: readonly string[];
  readonly #family: FamilyName;
  readonly #side: number;

  private constructor(
    session: InferenceSession,
    notes: { names: readonly string[]; family: FamilyName; side: number },
  ) {
    this.#session = session;
    this.#names = notes.names;
    this.#family = notes.family;
    this.#side = notes.side;
  }

  /** Loads a model; what it is called and how large its images are stands in the file. */
  static async load(url: string): Promise<Detector> {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`${url} is not there (${answer.status}).`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const model = parseModel(bytes);
    const { names = "", family } = modelMetadata(model);
    const side = model.graph.inputs[0]?.shape?.[3];
    if (!isFamilyName(family) || typeof side !== "number") {
      throw new Error(`${url} was not written by lookonce export with a fixed size.`);
    }
    const session = await InferenceSession.create(bytes);
    return new Detector(session, { names: classNames(names), family, side });
  }

  /** What is in an image, best first. */
  async detect(image: Image): Promise<Detection[]> {
    const { image: input, ratio, padding } = letterbox(image, { size: this.#side });
    const [inputName] = this.#session.inputNames as [string];
    const [outputName] = this.#session.outputNames as [string];
    const tensor = new Tensor("float32", planes(input), [1, 3, input.height, input.width]);
    const { [outputName]: output } = await this.#session.run({ [inputName]: tensor });
    if (output === undefined) throw new Error("The model returned no output.");
    // YOLOv8 returns [1, 4 + classes, anchors], YOLOv5 [1, anchors, 5 + classes].
    const { outputLayout: layout, hasObjectness, nms } = familySettings[this.#family];
    const prediction = { data: output.data as Float32Array, shape: [...output.dims], layout, hasObjectness };
    const [found] = nonMaxSuppression(prediction, nms.predict);
    if (found === undefined) return [];
    const boxes = scaleBoxes(found.boxes, { ratio, padding }, image);
    return Array.from({ length: found.count }, (_, i) => {
      const [x1, y1, x2, y2] = boxes.subarray(i * 4, i * 4 + 4) as unknown as [number, number, number, number];
      const label = found.classes[i] as number;
      const name = this.#names[label] ?? String(label);
      return { x1, y1, x2, y2, confidence: found.scores[i] as number, class: label, name };
    });
  }
}

/** Bytes RGB RGB … as planes R… G… B… from 0 to 1. */
function planes({ data, width, height }: Image): Float32Array {
  const area = width * height;
  const values = new Float32Array(3 * area);
  for (let i = 0; i < area; i++) {
    for (let channel = 0; channel < 3; channel++) values[channel * area + i] = (data[i * 3 + channel] as number) / 255;
  }
  return values;
}

/** Class names as exported models carry them: `{0: 'person', 1: 'bicycle'}`. */
function classNames(text: string): string[] {
  const names: string[] = [];
  for (const [, label, single, double] of text.matchAll(/(\d+): (?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g)) {
    names[Number(label)] = (single ?? double ?? "").replaceAll(/\\(.)/g, "$1");
  }
  return names;
}
