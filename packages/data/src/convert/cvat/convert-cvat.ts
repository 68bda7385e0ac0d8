import { LookonceError } from "@lookonce/errors";
import type { AnnotatedImage } from "../annotated-image.ts";
import type { ConversionResult } from "../conversion-result.ts";
import { type ConvertShapesOptions, convertAnnotations, rowKindOf } from "../convert-annotations.ts";
import { notWhole, readTexts } from "../read-pieces.ts";
import { CvatParser } from "./cvat-parser.ts";

/** Options of {@link convertCvat}: `annotations` is the XML file, such as `annotations.xml`. */
export type ConvertCvatOptions = ConvertShapesOptions;

/**
 * Makes a YOLO data set of CVAT's XML for images (version 1.1), of any size, read piece by piece.
 *
 * Classes and keypoints are numbered as the task lists its labels; other labels are left out. Of turned boxes, ellipses and masks
 * the box is taken, or the outline; of skeletons the box around the labeled points. Lines, single points and cuboids are left out.
 *
 * @throws LookonceError `NOT_FOUND`, `FORMAT`, `DATA`, `ARGUMENT` or `IO`; nothing half done is left behind
 */
export async function convertCvat(options: ConvertCvatOptions): Promise<ConversionResult> {
  const { annotations: file } = options;
  let labels: CvatParser["labels"] = [];
  return convertAnnotations(
    options,
    {
      what: "element",
      async *read(onProgress) {
        const parser = new CvatParser();
        yield* images(file, parser, onProgress);
        labels = parser.labels;
      },
      order(found) {
        const listed = labels.filter(({ parent }) => parent === "").map(({ name }) => name);
        return listed.length > 0 ? [...new Set(listed)] : [...found].sort();
      },
      orderKeypoints(found) {
        const listed = labels.filter(({ parent }) => parent !== "").map(({ name }) => name);
        return listed.length > 0 ? [...new Set(listed)] : [...found];
      },
    },
    rowKindOf(options),
  );
}

async function* images(
  file: string,
  parser: CvatParser,
  onProgress: (progress: { done: number; total: number }) => void,
): AsyncGenerator<AnnotatedImage> {
  let read = 0;
  const parsed = async <T>(parse: () => T): Promise<T> => {
    try {
      return parse();
    } catch (cause) {
      throw await notWhole(file, { what: "XML", done: read, cause: cause as Error });
    }
  };
  for await (const { text, done, total } of readTexts(file)) {
    read = done;
    yield* await parsed(() => parser.write(text));
    onProgress({ done, total });
  }
  await parsed(() => parser.close());
  if (!parser.isCvat) {
    throw new LookonceError("FORMAT", `${file} is no file of CVAT: its first element is not <annotations>.`);
  }
}
