import { overlap } from "./box-geometry.ts";
import { addClass } from "./edit-classes.ts";
import { propose } from "./edit-images.ts";
import { imageNamed, type Project, type Proposal } from "./project.ts";

/** A box that a model has found, in pixels of the image. */
export interface FoundObject {
  readonly name: string;
  readonly confidence: number;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** A box of the image that overlaps by more is taken for the same object. */
const sameObject = 0.5;

/**
 * Proposes what a model has found in an image in place of what was proposed before. Classes are found by their names; objects that
 * have a box are left out.
 *
 * @param size of the image that the boxes are pixels of
 */
export function proposeFound(
  project: Project,
  image: string,
  { boxes, width, height }: { boxes: readonly FoundObject[]; width: number; height: number },
): Project {
  let changed = project;
  const labeled = imageNamed(project, image)?.boxes ?? [];
  const proposals: Omit<Proposal, "id">[] = [];
  for (const { name, confidence, x1, y1, x2, y2 } of boxes) {
    const corners = { x1: x1 / width, y1: y1 / height, x2: x2 / width, y2: y2 / height };
    if (labeled.some((box) => overlap(box, corners) > sameObject)) continue;
    const added = addClass(changed, name);
    changed = added.project;
    proposals.push({ ...corners, confidence, classId: added.id });
  }
  return propose(changed, image, proposals);
}
