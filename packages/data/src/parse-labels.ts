import type { LabelFormat, Labels } from "./labels.ts";
import type { DataProblem } from "./problem.ts";
import { type LabelRow, readRow } from "./row-formats.ts";

/**
 * Reads YOLO labels, a row an object, coordinates being fractions of the image's sides:
 *
 * - `class cx cy w h`, a box; of the kinds `polygons` and `rotated` only where no row of the file is an outline;
 * - `class x1 y1 x2 y2 x3 y3 …`, an outline, of which the enclosing box is taken and the outline kept; for `rotated` four
 *   corners in any order, or another outline;
 * - `class cx cy w h x1 y1 v1 x2 y2 v2 …`, a box with its keypoints, or `x1 y1 x2 y2 …` where they have two numbers; such
 *   are visible (1) unless a coordinate is negative (0). This is the only form of the kind `keypoints`.
 *
 * A row that is wrong (a class that does not exist, a coordinate that is no number or lies outside 0 to 1, a box without
 * area, a wrong number of columns) or stands there twice is left out and named in `problems`; the others are kept. Outlines
 * may reach out of the image as long as center and size of the box around them are within −0.01 and 1.01, and so may keypoints
 * by 0.01 (YOLOv8 8.3).
 *
 * @param file the label file's name, for `problems`
 * @param classCount number of classes
 */
export function parseLabels(text: string, file: string, classCount: number, format: LabelFormat = {}): Labels {
  const rows: LabelRow[] = [];
  const problems: DataProblem[] = [];
  const seen = new Map<string, number>();
  const lines = text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((line) => line.trim().split(/\s+/));
  const { kind = "boxes", keypoints } = format;
  const hasOutlines = lines.some(({ length }) => length > 6);
  lines.forEach((words, index) => {
    if (words[0] === "") return;
    const line = index + 1;
    const row = readRow(words, { kind, keypoints, classCount, hasOutlines });
    if ("reason" in row) {
      problems.push({ path: file, line, ...row });
      return;
    }
    const key = [row.label, ...row.box, ...(row.keypoints ?? [])].join(" ");
    const first = seen.get(key);
    if (first !== undefined) {
      problems.push({ path: file, line, kind: "duplicate", reason: `the same object as line ${first}` });
      return;
    }
    seen.set(key, line);
    rows.push(row);
  });
  return {
    classes: Int32Array.from(rows, ({ label }) => label),
    boxes: Float32Array.from(rows.flatMap(({ box }) => box)),
    ...(rows.some(({ polygon }) => polygon !== undefined)
      ? { polygons: rows.map(({ polygon }) => polygon ?? new Float32Array(0)) }
      : {}),
    ...(kind === "keypoints" ? { keypoints: Float32Array.from(rows.flatMap((row) => row.keypoints ?? [])) } : {}),
    problems,
  };
}
