import type { NamedBlob } from "../files/dataset-zip.ts";

/** The files of a drop or a paste; of folders, all files in them, with their paths. */
export async function droppedFiles({ items, files }: DataTransfer): Promise<NamedBlob[]> {
  // Entries must be asked for before the first await: afterwards the browser has closed the drop
  const entries = [...items].flatMap((item) => (item.kind === "file" ? (item.webkitGetAsEntry() ?? []) : []));
  if (entries.length === 0) return namedFiles([...files]);
  return (await Promise.all(entries.map(filesBelow))).flat();
}

/** Chosen files, with their paths where a folder was chosen. */
export function namedFiles(files: readonly File[]): NamedBlob[] {
  return files.map((file) => ({ path: file.webkitRelativePath || file.name, blob: file }));
}

async function filesBelow(entry: FileSystemEntry): Promise<NamedBlob[]> {
  if (entry.isFile) {
    const blob = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [{ path: entry.fullPath.replace(/^\//, ""), blob }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: NamedBlob[] = [];
  // A call returns at most a hundred entries, and none at the end
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return found;
    for (const files of await Promise.all(entries.map(filesBelow))) found.push(...files);
  }
}
