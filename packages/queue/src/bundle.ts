import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, mkdir, rename, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { LookonceError } from "@lookonce/errors";
import type { FileRef } from "./jobs.ts";
import { checkKey, type Storage } from "./storage/storage.ts";

/** A file of a bundle: its name below the bundle's folder, with `/`, and where it is on this machine. */
export interface BundledFile {
  name: string;
  file: string;
}

interface BundleList {
  form: 1;
  files: { name: string; sha256: string; bytes: number }[];
}

/**
 * Copies files into a storage, each under its digest and so only once, and lists them.
 *
 * @returns the key of the list, which is the same for the same files
 */
export async function uploadFiles(storage: Storage, files: readonly BundledFile[]): Promise<string> {
  const list: BundleList = { form: 1, files: [] };
  for (const { name, file } of files) {
    const [sha256, { size: bytes }] = await Promise.all([digestOf(file), stat(file)]);
    if (!(await storage.has(`blobs/${sha256}`))) await storage.upload(`blobs/${sha256}`, file);
    list.files.push({ name: checkKey(name), sha256, bytes });
  }
  const text = JSON.stringify(list);
  const key = `bundles/${createHash("sha256").update(text).digest("hex")}.json`;
  if (!(await storage.has(key))) await storage.write(key, text);
  return key;
}

/** Copies the files of a bundle into a folder. */
export async function downloadFiles(storage: Storage, bundle: string, folder: string): Promise<void> {
  const { files } = JSON.parse(Buffer.from(await storage.read(bundle)).toString("utf8")) as BundleList;
  for (const { name, sha256 } of files) await storage.download(`blobs/${sha256}`, join(folder, checkKey(name)));
}

/**
 * Returns the path of a file on this machine. That of a bundle is copied into the cache with the others of its bundle, where
 * it is not there yet; the folder appears as a whole.
 *
 * @throws LookonceError `NOT_FOUND` for a path that this machine does not see, `DATA` for another file at the path
 */
export async function localFile(
  ref: FileRef,
  { storage, cache }: { storage: Storage; cache: string },
): Promise<string> {
  if ("path" in ref) {
    await requireSeen(ref.path, storage);
    return ref.path;
  }
  const digest = /^bundles\/([0-9a-f]{64})\.json$/.exec(ref.bundle)?.[1];
  if (digest === undefined) throw new LookonceError("FORMAT", `${ref.bundle} is no list of files in a storage.`);
  const folder = join(cache, digest);
  const file = join(folder, checkKey(ref.entry));
  if (await isThere(file)) return file;
  const beside = `${folder}-${randomUUID().slice(0, 8)}`;
  try {
    await mkdir(beside, { recursive: true });
    await downloadFiles(storage, ref.bundle, beside);
    await rename(beside, folder).catch(async (error: unknown) => {
      // Another process was faster
      if (!(await isThere(file))) throw error;
    });
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
  return file;
}

/** @throws LookonceError `NOT_FOUND`, naming this machine */
export async function requireSeen(path: string, storage: Storage): Promise<void> {
  if (await isThere(path)) return;
  throw new LookonceError(
    "NOT_FOUND",
    `${hostname()} does not see ${path}: mount its folder under the same path on all machines, or let it be copied with storage=s3://bucket/prefix in place of ${storage.ref.url}.`,
  );
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk);
  } catch (cause) {
    throw new LookonceError("IO", `cannot read ${file}: ${(cause as Error).message}`, { cause });
  }
  return hash.digest("hex");
}
