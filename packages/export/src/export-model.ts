import { LookonceError } from "@lookonce/errors";
import { extname } from "@lookonce/files";
import type { DetectionModel } from "@lookonce/nn";
import type { ExportReport } from "./export-report.ts";
import { type ExportModelOptions, exportFormats, type FormatDescription } from "./formats.ts";
import { exportOnnx } from "./onnx/export-onnx.ts";
import { usesOneToOne } from "./onnx/options.ts";
import { exportSavedModel } from "./saved-model/export-saved-model.ts";
import { exportTfjs } from "./tfjs/export-tfjs.ts";
import { exportWeights } from "./weights/export-weights.ts";

/**
 * Writes a detector in a format of other programs, after comparing what was written with the model on a photograph.
 *
 * @throws LookonceError `ARGUMENT` for options that make no sense or that the format does not know, `UNSUPPORTED` for a model
 *   that the format cannot say, `NUMERIC` when the numbers disagree, `IO` when it cannot be written; nothing is left then, and
 *   what was there before stays
 */
export async function exportModel(model: DetectionModel, options: ExportModelOptions): Promise<ExportReport> {
  const { format, ...rest } = options;
  requireKnown(options);
  requireOneToOne(model, options);
  switch (format) {
    case "onnx":
      return exportOnnx(model, rest);
    case "tfjs":
      return exportTfjs(model, rest);
    case "saved_model":
      return exportSavedModel(model, rest);
    default:
      return exportWeights(model, { ...rest, format });
  }
}

/** Options that would change nothing are a mistake that is better heard of. */
function requireKnown({ format, file, ...options }: ExportModelOptions): void {
  const description = exportFormats.find((known) => known.format === format) as FormatDescription;
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === false || (description.options as readonly string[]).includes(name)) continue;
    const knowing = exportFormats.filter((known) => (known.options as readonly string[]).includes(name));
    throw new LookonceError(
      "ARGUMENT",
      `${name} is not for the format ${format}: ${knowing.map((known) => known.format).join(", ")} knows it.`,
    );
  }
  requireEnding(file, description);
}

/** A model of two branches without suppression: only some formats select its best detections. */
function requireOneToOne(model: DetectionModel, { format, nms }: ExportModelOptions): void {
  const knowing = exportFormats.filter(({ options }) => options.includes("nms")).map((known) => known.format);
  if (!usesOneToOne(model, { nms }) || knowing.includes(format)) return;
  throw new LookonceError(
    "ARGUMENT",
    `nms=false, which writes a model's one-to-one branch, is not for the format ${format}: ${knowing.join(", ")} knows it.`,
  );
}

/** A file that nothing would recognize by its name could not be loaded back. */
function requireEnding(file: string, { format, suffix, isFolder }: FormatDescription): void {
  const endings = format === "torch" ? [".pt", ".pth"] : [suffix];
  const ending = extname(file).toLowerCase();
  if (isFolder ? !["", ".json", ".pb"].includes(ending) && isModelEnding(ending) : !endings.includes(ending)) {
    throw new LookonceError(
      "ARGUMENT",
      `${file} cannot be of the format ${format}: ${isFolder ? "it is a folder" : `its files end in ${endings.join(" or ")}`}.`,
    );
  }
}

function isModelEnding(ending: string): boolean {
  return [".pt", ".pth", ...exportFormats.map(({ suffix }) => suffix)].includes(ending);
}
