import type { AnnotatedImage, AnnotatedObject, AnnotatedPoint } from "../annotated-image.ts";
import { XmlReader } from "../xml-reader.ts";
import { cvatObject } from "./cvat-shape.ts";

/** Objects of one image; more would need memory without end. */
const maxObjects = 1_000_000;

type Attributes = Readonly<Record<string, string>>;

/** A label of the task. */
interface CvatLabel {
  name: string;
  /** The skeleton whose point it is. */
  parent: string;
}

/** An object while its element is open. */
interface OpenObject {
  kind: string;
  attributes: Attributes;
  points: Map<string, AnnotatedPoint>;
  difficult: boolean;
}

const shapes = new Set(["box", "polygon", "ellipse", "mask", "skeleton", "polyline", "points", "cuboid"]);

/**
 * Reads CVAT's XML for images (version 1.1, https://docs.cvat.ai/docs/dataset_management/formats/format-cvat/) piece by piece.
 * Tags, which name whole images, are passed over.
 */
export class CvatParser {
  /** The labels that the task lists, so far. */
  readonly labels: CvatLabel[] = [];
  /** Whether the root was CVAT's. */
  isCvat = false;
  readonly #reader: XmlReader;
  #images: AnnotatedImage[] = [];
  #image: AnnotatedImage | undefined;
  #objects: AnnotatedObject[] = [];
  #open: OpenObject | undefined;
  #attribute = "";

  constructor() {
    this.#reader = new XmlReader({
      open: (path, attributes) => this.#onOpen(path.split("/"), attributes),
      close: (path, text) => this.#onClose(path.split("/"), text),
    });
  }

  /** Reads a piece, and returns the images that end in it. */
  write(piece: string): AnnotatedImage[] {
    this.#reader.write(piece);
    const images = this.#images;
    this.#images = [];
    return images;
  }

  close(): void {
    this.#reader.close();
  }

  #onOpen(path: string[], attributes: Attributes): void {
    const [root, first, kind, child] = path;
    if (root === "annotations") this.isCvat = true;
    if (first === "meta" && path.at(-1) === "label") this.labels.push({ name: "", parent: "" });
    if (first !== "image" || root !== "annotations") return;
    if (kind === undefined) {
      const { name = "", id = "", width = "", height = "" } = attributes;
      this.#objects = [];
      this.#image = {
        where: `image ${id} (${name})`,
        filename: name,
        width: Number(width) || 0,
        height: Number(height) || 0,
        objects: this.#objects,
      };
    } else if (child === undefined && shapes.has(kind)) {
      if (this.#objects.length === maxObjects) throw new Error(`an image has more than ${maxObjects} objects`);
      this.#open = { kind, attributes, points: new Map(), difficult: false };
    } else if (child === "attribute") this.#attribute = attributes.name ?? "";
    else if (child === "points" && kind === "skeleton" && path.length === 4) this.#addPoint(attributes);
  }

  #addPoint({ label = "", points = "", outside, occluded }: Attributes): void {
    const [x = Number.NaN, y = Number.NaN] = points.split(",").map(Number);
    const visibility = outside === "1" ? 0 : occluded === "1" ? 1 : 2;
    this.#open?.points.set(label, [x, y, visibility]);
  }

  #onClose(path: string[], text: string): void {
    const [, first, kind, child] = path;
    if (first === "meta") this.#setLabel(path, text);
    if (first !== "image") return;
    if (path.length === 2 && this.#image !== undefined) {
      this.#images.push(this.#image);
      this.#image = undefined;
    } else if (path.length === 3 && this.#open !== undefined && this.#open.kind === kind) {
      const { attributes, points, difficult } = this.#open;
      this.#objects.push({ ...cvatObject(kind, attributes, points), difficult });
      this.#open = undefined;
    } else if (child === "attribute" && this.#open !== undefined && this.#attribute.toLowerCase() === "difficult") {
      this.#open.difficult = text === "true" || text === "1";
    }
  }

  /** `annotations/meta/task/labels/label/name`, of a project or a job as well. */
  #setLabel(path: string[], text: string): void {
    const label = this.labels.at(-1);
    if (label === undefined || path.at(-2) !== "label") return;
    if (path.at(-1) === "name") label.name = text;
    if (path.at(-1) === "parent") label.parent = text;
  }
}
