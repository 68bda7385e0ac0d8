import { Random } from "@lookonce/random";
import { isLabeled, type Project } from "./project.ts";

export type SplitName = "train" | "val";

/**
 * Deals the labeled images out to training and validation by chance. Each image draws a number from the seed and its name;
 * those with the lowest numbers validate. So an image stays where it is when others come or go, except at the border: what a
 * model has been trained on does not become what it is measured on.
 *
 * Both splits get at least one image where there are two.
 */
export function dealImages({ images, split: { seed, valShare } }: Project): ReadonlyMap<string, SplitName> {
  const random = new Random(seed).fork("split");
  const drawn = images
    .filter(isLabeled)
    .map(({ name }) => ({ name, number: random.fork(name).uniform() }))
    .sort((a, b) => a.number - b.number || (a.name < b.name ? -1 : 1));
  const most = Math.max(0, drawn.length - 1);
  const count = valShare > 0 ? Math.min(Math.max(1, Math.round(valShare * drawn.length)), most) : 0;
  return new Map(drawn.map(({ name }, i) => [name, i < count ? "val" : "train"]));
}
