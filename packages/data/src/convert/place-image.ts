import { constants, copyFile, dirname, link, mkdir, writing } from "@lookonce/files";

/** What becomes of the images: hard links (copies where the disk has no links), copies, or nothing. */
export type SaveImages = "link" | "copy" | "none";

/** Links or copies an image to a place, whose folder is made. */
export async function placeImage(source: string, place: string, how: Exclude<SaveImages, "none">): Promise<void> {
  const copy = (): Promise<void> => copyFile(source, place, constants.COPYFILE_FICLONE);
  await writing(place, async () => {
    await mkdir(dirname(place), { recursive: true });
    await (how === "link" ? link(source, place).catch(copy) : copy());
  });
}
