import { stemOf } from "./yolo-files.ts";

/** What is to be added of dropped files. Paths are as they were dropped, with `/`. */
export interface ImportPlan {
  images: { path: string; labels?: string }[];
  /** The data set file, whose class names the label files count. */
  yaml?: string;
  /** Files that are neither. */
  passedOver: number;
}

const imageEnding = /\.(jpe?g|png|webp|avif|bmp|gif)$/i;

/** Whether a browser may be able to read it as an image, by its name. */
export function isImageName(path: string): boolean {
  return imageEnding.test(path);
}

/**
 * Sorts dropped files: images, label files that belong to them (in `labels` where the image is in `images`, or beside it), and
 * a data set file. What is hidden (`.DS_Store`, `__MACOSX/`) is passed over.
 */
export function planImport(paths: readonly string[]): ImportPlan {
  const visible = paths.filter((path) => !/(^|\/)(\.|__MACOSX\/)/.test(path));
  const texts = new Set(visible.filter((path) => path.endsWith(".txt")));
  const images = visible.filter(isImageName).map((path) => {
    const labels = labelCandidates(path).find((candidate) => texts.has(candidate));
    return labels === undefined ? { path } : { path, labels };
  });
  const yaml = visible
    .filter((path) => /\.ya?ml$/i.test(path))
    .sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1))[0];
  const used = images.length + images.filter(({ labels }) => labels !== undefined).length;
  return { images, ...(yaml === undefined ? {} : { yaml }), passedOver: visible.length - used - (yaml ? 1 : 0) };
}

function labelCandidates(image: string): string[] {
  const text = `/${image.replace(/\.[^.]*$/, "")}.txt`;
  const at = text.lastIndexOf("/images/");
  const inLabels = at < 0 ? [] : [`${text.slice(0, at)}/labels/${text.slice(at + "/images/".length)}`];
  return [...inLabels, text].map((path) => path.slice(1));
}

function depth(path: string): number {
  return path.split("/").length;
}

/**
 * A name for an image's file that no other has, nor its label file: without folders and letters that some systems refuse, with
 * a number where it is taken.
 */
export function freeName(path: string, taken: ReadonlySet<string>, ending?: string): string {
  const stem =
    stemOf(path)
      .replaceAll(/[\\:*?"<>|#%]/g, "-")
      .replace(/^[.\s]+/, "") || "image";
  const dot = ending ?? path.slice(path.lastIndexOf(".")).toLowerCase();
  const stems = new Set([...taken].map((name) => stemOf(name).toLowerCase()));
  for (let number = 1; ; number++) {
    const name = number === 1 ? stem : `${stem}-${number}`;
    if (!stems.has(name.toLowerCase())) return `${name}${dot}`;
  }
}
