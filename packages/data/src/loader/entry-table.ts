import { sharedMemory } from "@lookonce/worker-pool";
import type { DatasetEntry, LabeledObjects } from "../labels.ts";

/** The objects of many images, one behind the other; those of image i end at `objectEnds[i]`. */
export interface ObjectTable {
  classes: Int32Array;
  boxes: Float32Array;
  objectEnds: Int32Array;
  /** Where any image has polygons: the numbers of all, the polygon of object k ending at `polygonEnds[k]`. */
  polygons?: { points: Float32Array; ends: Float64Array | Int32Array };
  /** Where the data set has keypoints: the numbers of all objects, `step` of each. */
  keypoints?: { points: Float32Array; step: number };
}

/** The entries of a data set in shared memory: sending it to a worker copies a few handles, however many images. */
export interface EntryTable extends ObjectTable {
  count: number;
  /** Paths in UTF-8, one behind the other; entry i ends at `pathEnds[i]`. */
  paths: Uint8Array;
  pathEnds: Float64Array;
  /** Width and height of every entry. */
  sizes: Int32Array;
}

/** Packs entries into shared memory. */
export function packEntries(entries: readonly DatasetEntry[]): EntryTable {
  const encoder = new TextEncoder();
  const paths = entries.map(({ path }) => encoder.encode(path));
  const objects = entries.reduce((sum, { classes }) => sum + classes.length, 0);
  const table: EntryTable = {
    count: entries.length,
    paths: new Uint8Array(sharedMemory(paths.reduce((sum, { length }) => sum + length, 0))),
    pathEnds: new Float64Array(sharedMemory(entries.length * 8)),
    sizes: new Int32Array(sharedMemory(entries.length * 8)),
    classes: new Int32Array(sharedMemory(objects * 4)),
    boxes: new Float32Array(sharedMemory(objects * 16)),
    objectEnds: new Int32Array(sharedMemory(entries.length * 4)),
  };
  let [text, object] = [0, 0];
  entries.forEach(({ width, height, classes, boxes }, i) => {
    const path = paths[i] as Uint8Array;
    table.paths.set(path, text);
    text += path.length;
    table.pathEnds[i] = text;
    table.sizes.set([width, height], i * 2);
    table.classes.set(classes, object);
    table.boxes.set(boxes, object * 4);
    object += classes.length;
    table.objectEnds[i] = object;
  });
  const polygons = packPolygons(entries, objects);
  if (polygons !== undefined) table.polygons = polygons;
  const keypoints = packKeypoints(entries);
  if (keypoints !== undefined) table.keypoints = keypoints;
  return table;
}

function packKeypoints(entries: readonly DatasetEntry[]): EntryTable["keypoints"] {
  const lists = entries.flatMap(({ keypoints }) => keypoints ?? []);
  if (lists.length === 0) return undefined;
  const points = new Float32Array(sharedMemory(lists.reduce((sum, { length }) => sum + length, 0) * 4));
  let end = 0;
  for (const list of lists) {
    points.set(list, end);
    end += list.length;
  }
  return { points, step: keypointStep(entries) };
}

/** Numbers of an object's keypoints, 0 where there is no object. */
export function keypointStep(images: readonly LabeledObjects[]): number {
  const labeled = images.find(({ classes }) => classes.length > 0);
  return labeled?.keypoints === undefined ? 0 : labeled.keypoints.length / labeled.classes.length;
}

function packPolygons(entries: readonly DatasetEntry[], objects: number): EntryTable["polygons"] {
  const length = entries.reduce((sum, { polygons = [] }) => sum + polygons.reduce((n, p) => n + p.length, 0), 0);
  if (length === 0) return undefined;
  const points = new Float32Array(sharedMemory(length * 4));
  const ends = new Float64Array(sharedMemory(objects * 8));
  let [object, end] = [0, 0];
  for (const { classes, polygons } of entries) {
    for (let k = 0; k < classes.length; k++) {
      const polygon = polygons?.[k];
      if (polygon !== undefined) {
        points.set(polygon, end);
        end += polygon.length;
      }
      ends[object++] = end;
    }
  }
  return { points, ends };
}

const decoder = new TextDecoder();

/** One entry of a table; its arrays are its own. */
export function entryAt(table: EntryTable, index: number): DatasetEntry {
  return {
    path: decoder.decode(table.paths.slice(startOf(table.pathEnds, index), table.pathEnds[index])),
    width: table.sizes[index * 2] as number,
    height: table.sizes[index * 2 + 1] as number,
    ...objectsAt(table, index),
  };
}

/**
 * The objects of one image, copied: decoders and tensors insist on memory that is not shared, and a view sent to another
 * thread would copy the memory of all images with it.
 */
export function objectsAt(table: ObjectTable, index: number): LabeledObjects {
  const { classes, boxes, objectEnds, polygons, keypoints } = table;
  const [from, to] = [startOf(objectEnds, index), objectEnds[index] as number];
  const objects: LabeledObjects = { classes: classes.slice(from, to), boxes: boxes.slice(from * 4, to * 4) };
  if (keypoints !== undefined) {
    objects.keypoints = keypoints.points.slice(from * keypoints.step, to * keypoints.step);
  }
  if (polygons === undefined) return objects;
  const { points, ends } = polygons;
  const outlines = Array.from(objects.classes, (_, k) => points.slice(startOf(ends, from + k), ends[from + k]));
  return outlines.some(({ length }) => length > 0) ? { ...objects, polygons: outlines } : objects;
}

function startOf(ends: Int32Array | Float64Array, index: number): number {
  return index === 0 ? 0 : (ends[index - 1] as number);
}
