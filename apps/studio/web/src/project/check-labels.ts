import { areaOf, overlap } from "./box-geometry.ts";
import { type Box, type ImageEntry, isLabeled, type Project } from "./project.ts";

export type FindingKind = "tiny" | "outside" | "duplicate" | "whole" | "rare" | "unused";

/** Something that is probably a mistake, or will make training hard. */
export interface Finding {
  readonly kind: FindingKind;
  /** A sentence for people. */
  readonly text: string;
  /** The image and box that it is about; absent where it is about a class. */
  readonly image?: string;
  readonly box?: number;
}

/** Sides below so many pixels are hardly ever meant. */
const tinyPixels = 4;

/** Boxes of one class that overlap by more are the same object twice. */
const sameOverlap = 0.9;

/** Fewer boxes teach a detector little. */
const fewBoxes = 10;

/** What is odd about an image's boxes: too small, outside of the image, twice, or all of the image. */
export function checkImage(image: ImageEntry, nameOf: (classId: number) => string): Finding[] {
  const { name, boxes, width, height } = image;
  return boxes.flatMap((box, i): Finding[] => {
    const about = { image: name, box: box.id };
    const [w, h] = [(box.x2 - box.x1) * width, (box.y2 - box.y1) * height];
    const what = `A box of ${nameOf(box.classId)}`;
    if (box.x1 < 0 || box.y1 < 0 || box.x2 > 1 || box.y2 > 1) {
      return [{ kind: "outside", text: `${what} reaches out of the image.`, ...about }];
    }
    if (w < tinyPixels || h < tinyPixels) {
      return [{ kind: "tiny", text: `${what} is only ${Math.round(w)} × ${Math.round(h)} pixels.`, ...about }];
    }
    const isTwin = (other: Box): boolean => other.classId === box.classId && overlap(other, box) > sameOverlap;
    if (boxes.slice(0, i).some(isTwin)) return [{ kind: "duplicate", text: `${what} is there twice.`, ...about }];
    if (areaOf(box) > 0.995) return [{ kind: "whole", text: `${what} covers the whole image.`, ...about }];
    return [];
  });
}

/** What is odd about a data set: what {@link checkImage} finds in all images, and classes with few boxes or none. */
export function checkLabels(project: Project): Finding[] {
  const names = new Map(project.classes.map(({ id, name }) => [id, name]));
  const findings = project.images.flatMap((image) => checkImage(image, (id) => names.get(id) ?? "an unknown class"));
  if (!project.images.some(isLabeled)) return findings;
  const boxes = project.images.flatMap((image) => image.boxes);
  for (const { id, name } of project.classes) {
    const count = boxes.filter(({ classId }) => classId === id).length;
    if (count === 0) findings.push({ kind: "unused", text: `No box is of the class ${name}.` });
    else if (count < fewBoxes) {
      const enough = `about ${fewBoxes} are the least to learn from`;
      findings.push({ kind: "rare", text: `${name} has only ${count} ${count === 1 ? "box" : "boxes"}; ${enough}.` });
    }
  }
  return findings;
}
