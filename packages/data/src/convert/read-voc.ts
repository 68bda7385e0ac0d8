import { XmlReader } from "./xml-reader.ts";

/** One object of a VOC file. */
export interface VocObject {
  name: string;
  difficult: boolean;
  /** xmin, ymin, xmax, ymax as written; `NaN` where there is no number. */
  corners: [number, number, number, number];
}

/** A VOC annotation file. */
export interface VocAnnotation {
  /** The image's name, if the file has it. */
  filename?: string;
  /** Pixels; 0 where the file has none. */
  width: number;
  height: number;
  objects: VocObject[];
}

const cornerNames = ["xmin", "ymin", "xmax", "ymax"];

/**
 * Reads a Pascal VOC annotation (Everingham et al., VOC2012 Development Kit, section 3.1), without parts of objects, poses
 * and the like. XML that is not well-formed is an `Error` with the line.
 */
export function readVoc(xml: string): VocAnnotation {
  const annotation: VocAnnotation = { width: 0, height: 0, objects: [] };
  const reader = new XmlReader({
    open(path) {
      if (path !== "annotation/object") return;
      const corners: VocObject["corners"] = [Number.NaN, Number.NaN, Number.NaN, Number.NaN];
      annotation.objects.push({ name: "", difficult: false, corners });
    },
    close: (path, text) => setField(annotation, path, text),
  });
  reader.write(xml);
  reader.close();
  return annotation;
}

function setField(annotation: VocAnnotation, path: string, text: string): void {
  const object = annotation.objects.at(-1);
  const corner = cornerNames.findIndex((name) => path === `annotation/object/bndbox/${name}`);
  if (path === "annotation/filename" && text !== "") annotation.filename = text;
  else if (path === "annotation/size/width") annotation.width = Number(text);
  else if (path === "annotation/size/height") annotation.height = Number(text);
  else if (object !== undefined && path === "annotation/object/name") object.name = text;
  else if (object !== undefined && path === "annotation/object/difficult") object.difficult = Number(text) === 1;
  else if (object !== undefined && corner >= 0 && text !== "") object.corners[corner] = Number(text);
}
