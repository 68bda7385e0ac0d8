import { decodeEntries, encodeEntries, type SentEntries } from "@lookonce/families";
import type { Detections } from "@lookonce/geometry";
import { Results, type ResultsContents } from "../results.ts";

/** {@link Results} as plain data: structured cloning keeps no class. */
export type SentResults = Omit<ResultsContents, "entries"> & { entries: SentEntries };

/** Encodes results as data that can be sent to another thread; what it shares with them may be transferred. */
export function encodeResults(results: Results): SentResults {
  const { path, name, image, names, speed, inputSize, entries, frame, timestamp, video, trails, zones } = results;
  const { count, boxes, scores, classes, anchors, ids } = results.boxes;
  const detections: Detections = { count, boxes, scores, classes };
  if (anchors !== undefined) detections.anchors = anchors;
  if (ids !== undefined) detections.ids = ids;
  const rest = { path, name, image, names, speed, inputSize, frame, timestamp, video, trails, zones };
  return { ...rest, boxes: detections, entries: encodeEntries(entries) };
}

/** Decodes results. */
export function decodeResults({ entries, ...contents }: SentResults): Results {
  const { width, height } = contents.image.original ?? contents.image;
  return new Results({ ...contents, entries: decodeEntries(entries, { width, height }) });
}
