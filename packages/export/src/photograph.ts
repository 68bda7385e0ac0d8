import { fileURLToPath } from "node:url";
import { type Image, readImage } from "@lookonce/image";

/** A word for people, for reports. */
export const photographName = "coffee.jpg";

/** The photograph on which exports are checked; see `images/README.md`. */
export function photograph(): Promise<Image> {
  return readImage(fileURLToPath(new URL("../images/coffee.jpg", import.meta.url)));
}
