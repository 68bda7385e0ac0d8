import { isAbsolute } from "node:path";
import { LookonceError } from "@lookonce/errors";
import { FolderStorage } from "./folder-storage.ts";
import type { Storage, StorageRef } from "./storage.ts";

/**
 * Opens a storage. That of S3 loads the AWS client.
 *
 * @throws LookonceError `ARGUMENT` for an address that is none, `NOT_FOUND` for a folder that this machine does not see, or
 *   without the AWS client
 */
export async function openStorage(ref: StorageRef): Promise<Storage> {
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(ref.url)) {
    if (!isAbsolute(ref.url)) {
      throw new LookonceError("ARGUMENT", `The storage ${ref.url} must be an absolute folder, or s3://bucket/prefix.`);
    }
    return new FolderStorage(ref);
  }
  if (!ref.url.startsWith("s3://")) {
    throw new LookonceError("ARGUMENT", `The storage ${ref.url} must be a folder, or s3://bucket/prefix.`);
  }
  const { S3Storage } = await import("./s3-storage.ts");
  return S3Storage.open(ref);
}
