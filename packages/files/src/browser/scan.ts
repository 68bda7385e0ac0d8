import { type Entry, Folder, Root, StoredFile } from "./entries.ts";

/** Files of which snapshots are taken at once. */
const atOnce = 64;

/** Reads which folders and files there are below a folder of the disk. */
export async function scan(handle: FileSystemDirectoryHandle): Promise<Root> {
  const root = new Root();
  await fill(root, handle);
  return root;
}

async function fill(folder: Folder, handle: FileSystemDirectoryHandle): Promise<void> {
  const found: FileSystemHandle[] = [];
  for await (const child of handle.values()) found.push(child);
  for (let start = 0; start < found.length; start += atOnce) {
    await Promise.all(
      found.slice(start, start + atOnce).map(async (child) => {
        const entry = await entryOf(child, `${folder.path === "/" ? "" : folder.path}/${child.name}`);
        if (entry !== undefined) folder.add(child.name, entry);
        if (entry instanceof Folder) await fill(entry, child as FileSystemDirectoryHandle);
      }),
    );
  }
}

async function entryOf(handle: FileSystemHandle, origin: string): Promise<Entry | undefined> {
  if (handle.kind === "directory") return new Folder();
  try {
    return new StoredFile({ file: await (handle as FileSystemFileHandle).getFile(), origin });
  } catch {
    // It was removed meanwhile
    return undefined;
  }
}
