import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type FamilySettings, type HypFamilies, type HypFamily, parseHyp } from "@lookonce/config";
import { LookonceError } from "@lookonce/errors";
import { load, YAMLException } from "js-yaml";

/**
 * Reads a hyper-parameter file (YAML) of one's own, such as YOLOv5's `data/hyps/*.yaml` or what its evolution leaves.
 *
 * Keys that are missing keep the family's default values.
 *
 * @throws LookonceError `NOT_FOUND` or `IO` without the file; `FORMAT` when it is no YAML map; `ARGUMENT` as `parseHyp`,
 *   with the line
 */
export async function readHyp<F extends HypFamily>(path: string, family: FamilySettings<F>): Promise<HypFamilies[F]> {
  const text = await readText(path);
  const lines = text.split("\n");
  const place = (key: string): string => {
    const index = lines.findIndex((line) => line.trimStart().startsWith(`${key}:`));
    return index < 0 ? "" : `, line ${index + 1}`;
  };
  return parseHyp(parseYaml(text, path), { family, name: path, place });
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw new LookonceError("NOT_FOUND", `There is no hyper-parameter file ${resolve(path)}: check the path.`, {
        cause,
      });
    }
    throw new LookonceError("IO", `Cannot read the hyper-parameter file ${path}: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function parseYaml(text: string, path: string): object {
  let content: unknown;
  try {
    content = load(text, { filename: path });
  } catch (cause) {
    const line = cause instanceof YAMLException && cause.mark !== undefined ? `, line ${cause.mark.line + 1}` : "";
    const reason = cause instanceof YAMLException ? cause.reason : (cause as Error).message;
    throw new LookonceError("FORMAT", `${path}${line} is not valid YAML: ${reason}`, { cause });
  }
  if (typeof content === "object" && content !== null && !Array.isArray(content)) return content;
  throw new LookonceError("FORMAT", `${path} must have keys such as lr0:, hsv_h: and mosaic:.`);
}
