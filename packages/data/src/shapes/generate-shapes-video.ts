import { LookonceError } from "@lookonce/errors";
import { join, mkdir, writeWhole, writing } from "@lookonce/files";
import { blankImage, type Image, writeImage } from "@lookonce/image";
import { Random } from "@lookonce/random";
import { mapConcurrently } from "../map-concurrently.ts";
import type { OnProgress } from "../verify/verify-images.ts";
import { outlineBox, outlineOf, type ShapeName, shapeNames, signedDistance } from "./outline.ts";
import { paintBackground } from "./paint-background.ts";
import { paintObject } from "./render-scene.ts";
import { drawScene, type Scene, type SceneObject } from "./scene.ts";

/** Options of {@link generateShapesVideo}. */
export interface GenerateShapesVideoOptions {
  /** Folder to write to; files there are replaced. */
  directory: string;
  /** Default 600. */
  frames?: number;
  /** Shapes that move. Default 30. */
  shapes?: number;
  /** Side of the frames, in pixels. Default 960. */
  size?: number;
  /** Equal seeds draw equal files. Default 0. */
  seed?: number;
  /** Called with how many frames are drawn. */
  onProgress?: OnProgress;
}

/** What {@link generateShapesVideo} wrote. */
export interface GeneratedShapesVideo {
  /** Folder of the frames, `000001.jpg` and so on. */
  frames: string;
  /** File of the ground truth. */
  truth: string;
  names: readonly ShapeName[];
}

/** A swing about a place: the position is `center + reach · sin(phase + pace · frame)`, in pixels and radians. */
interface Swing {
  center: number;
  reach: number;
  phase: number;
  pace: number;
}

/** A shape on its way. */
interface Mover {
  object: SceneObject;
  x: Swing;
  y: Swing;
  /** Radians a frame. */
  turn: number;
}

/** The smallest radius in pixels, and how many times that the largest has: sizes that the data set of shapes has, too. */
const radii = { least: 16, times: 1.6 } as const;

/** Pixels a frame, each way, at the middle of a swing. */
const [minSpeed, maxSpeed] = [0.8, 2.5];

/**
 * Draws a video of shapes that swing, cross and cover one another, as a sequence in MOTChallenge's form:
 * `img1/000001.jpg` … and `gt/gt.txt`, whose rows have the class, counted from 1, and the share of the shape that is seen.
 *
 * @throws LookonceError `ARGUMENT` for bad options; `IO` when it cannot be written
 */
export async function generateShapesVideo(options: GenerateShapesVideoOptions): Promise<GeneratedShapesVideo> {
  const { directory, frames = 600, shapes = 30, size = 960, seed = 0, onProgress } = options;
  for (const [key, value, least] of [
    ["frames", frames, 1],
    ["shapes", shapes, 1],
    ["size", size, 160],
  ] as const) {
    if (Number.isInteger(value) && value >= least) continue;
    throw new LookonceError("ARGUMENT", `${key} must be a whole number of at least ${least}, not ${value}.`);
  }
  const folder = join(directory, "img1");
  await writing(folder, () => mkdir(folder, { recursive: true }));
  const rng = new Random(seed).fork("shapes video");
  const radius = [radii.least / size, radii.times] as const;
  const scene = drawScene(rng, shapeNames, size, { count: [shapes, shapes + 1], radius });
  if (scene.objects.length < shapes) {
    throw new LookonceError("ARGUMENT", `${shapes} shapes do not fit into frames of ${size} pixels; try fewer.`);
  }
  const ground = blankImage({ width: size, height: size });
  paintBackground(ground, scene.background, rng);
  const movers = scene.objects.map((object) => moverOf(object, size, rng));
  const rows: string[] = [];
  const numbers = Array.from({ length: frames }, (_, i) => i + 1);
  let done = 0;
  await mapConcurrently(numbers, 4, async (number) => {
    const objects = movers.map((mover) => placeAt(mover, number));
    const image: Image = { ...ground, data: ground.data.slice() };
    for (const object of objects) paintObject(image, object);
    const shown = { ...scene, objects };
    const seen = seenShares(shown);
    rows[number - 1] = objects
      .map((object, i) => truthRow(object, { number, id: i + 1, seen: seen[i] as number }))
      .join("");
    await writeImage(join(folder, `${String(number).padStart(6, "0")}.jpg`), image);
    onProgress?.({ done: ++done, total: frames });
  });
  const truth = join(directory, "gt", "gt.txt");
  await writeWhole(truth, rows.join(""));
  return { frames: folder, truth, names: shapeNames };
}

function moverOf(object: SceneObject, size: number, rng: Random): Mover {
  const margin = object.radius + 4;
  const swing = (): Swing => {
    const reach = rng.uniform(0.1, 0.3) * size;
    const center = rng.uniform(margin + reach, size - margin - reach);
    return { center, reach, phase: rng.uniform(0, 2 * Math.PI), pace: rng.uniform(minSpeed, maxSpeed) / reach };
  };
  return { object, x: swing(), y: swing(), turn: rng.uniform(-0.01, 0.01) };
}

function placeAt({ object, x, y, turn }: Mover, frame: number): SceneObject {
  const at = ({ center, reach, phase, pace }: Swing): number => center + reach * Math.sin(phase + pace * frame);
  return { ...object, x: at(x), y: at(y), angle: object.angle + turn * frame };
}

function truthRow(object: SceneObject, { number, id, seen }: { number: number; id: number; seen: number }): string {
  const [left, top, right, bottom] = outlineBox(outlineOf(object));
  const box = [left, top, right - left, bottom - top].map((value) => value.toFixed(2));
  return `${[number, id, ...box, 1, shapeNames.indexOf(object.shape) + 1, seen.toFixed(3)].join(",")}\n`;
}

/** Of each shape the share of its pixels that no later one covers. */
function seenShares({ size, objects }: Scene): number[] {
  const owner = new Int32Array(size * size).fill(-1);
  const [all, seen] = [new Int32Array(objects.length), new Int32Array(objects.length)];
  for (const [i, object] of objects.entries()) {
    const outline = outlineOf(object);
    const [left, top, right, bottom] = outlineBox(outline);
    for (let y = Math.max(0, Math.floor(top)); y < Math.min(size, bottom); y++) {
      for (let x = Math.max(0, Math.floor(left)); x < Math.min(size, right); x++) {
        if (signedDistance(outline, x + 0.5, y + 0.5) >= 0) continue;
        const below = owner[y * size + x] as number;
        if (below >= 0) seen[below] = (seen[below] as number) - 1;
        owner[y * size + x] = i;
        all[i] = (all[i] as number) + 1;
        seen[i] = (seen[i] as number) + 1;
      }
    }
  }
  return objects.map((_, i) => (seen[i] as number) / Math.max(1, all[i] as number));
}
