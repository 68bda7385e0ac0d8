import { type FamilySettings, type HypFamilies, type HypFamily, parseHyp } from "@lookonce/config";
import { readYaml } from "@lookonce/documents";

/**
 * Reads a hyper-parameter file (YAML) of one's own, such as YOLOv5's `data/hyps/*.yaml` or what its evolution leaves.
 *
 * Keys that are missing keep the family's default values.
 *
 * @throws LookonceError `NOT_FOUND` or `IO` without the file; `FORMAT` when it is no YAML map; `ARGUMENT` as `parseHyp`,
 *   with the line
 */
export async function readHyp<F extends HypFamily>(path: string, family: FamilySettings<F>): Promise<HypFamilies[F]> {
  const expected = "keys such as lr0:, hsv_h: and mosaic:";
  const { text, content } = await readYaml(path, { what: "hyper-parameter file", expected });
  const lines = text.split("\n");
  const place = (key: string): string => {
    const index = lines.findIndex((line) => line.trimStart().startsWith(`${key}:`));
    return index < 0 ? "" : `, line ${index + 1}`;
  };
  return parseHyp(content, { family, name: path, place });
}
