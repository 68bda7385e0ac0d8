import type { ImageSize, Masks } from "@lookonce/geometry";
import { KeypointResults } from "./keypoint-results.ts";
import { MaskResults, type MaskRules } from "./mask-results.ts";
import { ObbResults } from "./obb-results.ts";
import { ProbsResults } from "./probs-results.ts";

/** What results have besides boxes as plain data: structured cloning keeps no class. What no built-in task has stays as it is. */
export interface SentEntries {
  masks?: { masks: Masks; rules: MaskRules };
  keypoints?: Pick<KeypointResults, "data" | "shape">;
  obb?: Pick<ObbResults, "xywhr">;
  probs?: Pick<ProbsResults, "data">;
  others: Record<string, unknown>;
}

/** Encodes the entries of results as data that can be sent to another thread. */
export function encodeEntries(entries: Readonly<Record<string, unknown>>): SentEntries {
  const { masks, keypoints, obb, probs, ...others } = entries;
  const sent: SentEntries = { others };
  if (masks instanceof MaskResults) sent.masks = { masks: masks.masks, rules: masks.rules };
  if (keypoints instanceof KeypointResults) sent.keypoints = { data: keypoints.data, shape: keypoints.shape };
  if (obb instanceof ObbResults) sent.obb = { xywhr: obb.xywhr };
  if (probs instanceof ProbsResults) sent.probs = { data: probs.data };
  return sent;
}

/** Decodes entries. @param size of the image, in pixels */
export function decodeEntries(
  { masks, keypoints, obb, probs, others }: SentEntries,
  size: ImageSize,
): Record<string, unknown> {
  return {
    ...others,
    ...(masks === undefined ? {} : { masks: new MaskResults(masks.masks, size, masks.rules) }),
    ...(keypoints === undefined ? {} : { keypoints: new KeypointResults(keypoints.data, keypoints.shape, size) }),
    ...(obb === undefined ? {} : { obb: new ObbResults(obb.xywhr, size) }),
    ...(probs === undefined ? {} : { probs: new ProbsResults(probs.data) }),
  };
}
