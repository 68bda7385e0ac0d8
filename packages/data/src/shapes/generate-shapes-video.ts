import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { LookonceError } from "@lookonce/errors";
import { writeWhole, writing } from "@lookonce/files";
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
  /** Side of the frames, in pixels. Default 640. */
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

/** A shape on its way, in pixels and radians a frame. */
interface Mover {
  object: SceneObject;
  dx: number;
  dy: number;
  turn: number;
}

/** Radii as shares of 640 pixels, which are the sizes of the data set of shapes at its own 160. */
const rules = { radius: [0.03, 1.7] } as const;

/**
 * Draws a video of shapes that move, cross and cover one another and turn around at the edges, as a sequence in MOTChallenge's form:
 * `img1/000001.jpg` … and `gt/gt.txt`, whose rows have the class, counted from 1, and the share of the shape that is seen.
 *
 * @throws LookonceError `ARGUMENT` for bad options; `IO` when it cannot be written
 */
export async function generateShapesVideo(options: GenerateShapesVideoOptions): Promise<GeneratedShapesVideo> {
  const { directory, frames = 600, shapes = 30, size = 640, seed = 0, onProgress } = options;
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
  const radius = [(rules.radius[0] * 640) / size, rules.radius[1]] as const;
  const scene = drawScene(rng, shapeNames, size, { count: [shapes, shapes + 1], radius });
  if (scene.objects.length < shapes) {
    throw new LookonceError("ARGUMENT", `${shapes} shapes do not fit into frames of ${size} pixels; try fewer.`);
  }
  const ground = blankImage({ width: size, height: size });
  paintBackground(ground, scene.background, rng);
  const movers = scene.objects.map((object) => moverOf(object, rng));
  const rows: string[] = [];
  const numbers = Array.from({ length: frames }, (_, i) => i + 1);
  let done = 0;
  await mapConcurrently(numbers, 4, async (number) => {
    const objects = movers.map((mover) => placeAt(mover, number, size));
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

function moverOf(object: SceneObject, rng: Random): Mover {
  const way = rng.uniform(0, 2 * Math.PI);
  const speed = rng.uniform(0.8, 2.4);
  return { object, dx: speed * Math.cos(way), dy: speed * Math.sin(way), turn: rng.uniform(-0.02, 0.02) };
}

/** A shape in a frame; it goes straight on, and back where it would leave the image. */
function placeAt({ object, dx, dy, turn }: Mover, frame: number, size: number): SceneObject {
  const room = { from: object.radius + 1, to: size - object.radius - 1 };
  return {
    ...object,
    x: between(object.x + dx * frame, room),
    y: between(object.y + dy * frame, room),
    angle: object.angle + turn * frame,
  };
}

/** A way along a line, folded into a stretch of it. */
function between(position: number, { from, to }: { from: number; to: number }): number {
  const length = to - from;
  const way = (((position - from) % (2 * length)) + 2 * length) % (2 * length);
  return from + Math.min(way, 2 * length - way);
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
