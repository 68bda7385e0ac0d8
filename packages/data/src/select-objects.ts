import type { Labels } from "./labels.ts";

/** An image's objects: classes, boxes and perhaps polygons. */
type Objects = Omit<Labels, "problems">;

/** Keeps the objects of some classes, and takes all as class 0 if asked to. */
export function selectObjects(
  objects: Objects,
  { classes: wanted, singleCls = false }: { classes?: readonly number[]; singleCls?: boolean },
): Objects {
  if (wanted === undefined && !singleCls) return objects;
  const kept = [...objects.classes.keys()].filter(
    (i) => wanted === undefined || wanted.includes(objects.classes[i] as number),
  );
  const polygons = objects.polygons && kept.map((i) => objects.polygons?.[i] as Float32Array);
  return {
    classes: Int32Array.from(kept, (i) => (singleCls ? 0 : (objects.classes[i] as number))),
    boxes: Float32Array.from(kept.flatMap((i) => [...objects.boxes.subarray(4 * i, 4 * i + 4)])),
    ...(polygons?.some(({ length }) => length > 0) ? { polygons } : {}),
  };
}
