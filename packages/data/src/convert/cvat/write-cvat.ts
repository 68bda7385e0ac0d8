import { basename, join, writeWhole } from "@lookonce/files";
import type { Dataset } from "../../dataset.ts";
import { keypointNames, type PixelObject, pixelObjects } from "../pixel-objects.ts";
import { placeImages, type WriteOptions, type WrittenAnnotations, written } from "../written-annotations.ts";
import { xmlAttributes, xmlText } from "../xml-text.ts";

/**
 * Writes the labels of a split as CVAT's XML for images (version 1.1): `annotations.xml` in a folder, and the images in
 * `images`, unless they stay where they are. Boxes, rotated boxes, outlines and keypoints are written; of an object with
 * keypoints the box is left out, since CVAT's skeletons have none.
 *
 * @throws LookonceError `IO` when a file cannot be written
 */
export async function writeCvat(
  dataset: Dataset,
  folder: string,
  { saveImages = "none" }: WriteOptions = {},
): Promise<WrittenAnnotations> {
  const lost = { box: 0 };
  const points = keypointNames(dataset);
  const encoder = new TextEncoder();
  const images = dataset.entries.map((entry, id) => {
    const { path, width, height } = entry;
    const objects = pixelObjects(entry, dataset);
    if (points.length > 0) lost.box += objects.length;
    const image = xmlAttributes({ id, name: basename(path), width, height });
    const shapes = objects.map((object) => `${shapeText(object, points)}\n`).join("");
    return encoder.encode(`  <image${image}>\n${shapes}  </image>\n`);
  });
  await placeImages(dataset, saveImages, (name) => join(folder, "images", name));
  const head = `<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n${metaText(dataset, points)}`;
  await writeWhole(join(folder, "annotations.xml"), [
    encoder.encode(head),
    ...images,
    encoder.encode("</annotations>\n"),
  ]);
  return written(dataset, join(folder, "annotations.xml"), lost);
}

/** The labels as CVAT lists them: skeletons with their points behind them. */
function metaText({ names, split, entries }: Dataset, points: readonly string[]): string {
  const label = (name: string, type: string, parent?: string): string =>
    [
      `          <label><name>${xmlText(name)}</name><type>${type}</type><attributes></attributes>`,
      parent === undefined ? "" : `<parent>${xmlText(parent)}</parent>`,
      "</label>\n",
    ].join("");
  const labels = names.map((name) =>
    points.length === 0
      ? label(name, "any")
      : [label(name, "skeleton"), ...points.map((point) => label(point, "points", name))].join(""),
  );
  return [
    "  <meta>\n    <task>\n",
    `      <name>${xmlText(split)}</name>\n      <size>${entries.length}</size>\n`,
    `      <mode>annotation</mode>\n      <subset>${xmlText(split)}</subset>\n      <labels>\n${labels.join("")}      </labels>\n`,
    "    </task>\n  </meta>\n",
  ].join("");
}

function shapeText({ name, box, outline, rotated, keypoints }: PixelObject, points: readonly string[]): string {
  const common = { label: name, source: "manual", occluded: 0 };
  if (keypoints !== undefined) {
    const lines = keypoints.map(([x, y, visibility], i) => {
      const seen = { outside: visibility === 0 ? 1 : 0, occluded: visibility === 1 ? 1 : 0 };
      return `      <points${xmlAttributes({ label: points[i] ?? "", ...seen, points: `${x},${y}` })}></points>\n`;
    });
    return `    <skeleton${xmlAttributes({ ...common, z_order: 0 })}>\n${lines.join("")}    </skeleton>`;
  }
  if (rotated !== undefined) {
    const { x, y, width, height, degrees } = rotated;
    return boxText([x - width / 2, y - height / 2, x + width / 2, y + height / 2], common, degrees);
  }
  if (outline !== undefined) {
    const pairs = outline.flatMap((x, i) => (i % 2 === 0 ? [`${x},${outline[i + 1]}`] : []));
    return `    <polygon${xmlAttributes({ ...common, points: pairs.join(";"), z_order: 0 })}></polygon>`;
  }
  return boxText(box, common, 0);
}

function boxText(
  [xtl, ytl, xbr, ybr]: PixelObject["box"],
  common: Readonly<Record<string, string | number>>,
  degrees: number,
): string {
  const place = { xtl: text(xtl), ytl: text(ytl), xbr: text(xbr), ybr: text(ybr) };
  const rotation: Record<string, number> = degrees === 0 ? {} : { rotation: degrees < 0 ? degrees + 360 : degrees };
  return `    <box${xmlAttributes({ ...common, ...place, ...rotation, z_order: 0 })}></box>`;
}

function text(value: number): string {
  return String(Number(value.toFixed(4)));
}
