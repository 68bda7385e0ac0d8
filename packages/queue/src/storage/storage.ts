import { LookonceError } from "@lookonce/errors";

/** Where a run's data and results are; credentials come from each machine's own environment, never over the queue. */
export interface StorageRef {
  /** An absolute folder that all machines see, or `s3://bucket/prefix`. */
  readonly url: string;
  /** Of S3: an address other than Amazon's; its buckets are named in the path. */
  readonly endpoint?: string;
}

/** Where runs keep data and results: objects by keys with `/` between their parts. An object is whole or not there. */
export interface Storage {
  readonly ref: StorageRef;
  /** Reads an object. @throws LookonceError `NOT_FOUND`, `IO` */
  read(key: string): Promise<Uint8Array>;
  /** Writes an object; one that is there is replaced. @throws LookonceError `IO` */
  write(key: string, content: Uint8Array | string): Promise<void>;
  has(key: string): Promise<boolean>;
  /** Copies a file into the storage. */
  upload(key: string, file: string): Promise<void>;
  /** Copies an object into a file, which appears whole; missing folders are made. */
  download(key: string, file: string): Promise<void>;
  /** The keys below a prefix that ends with `/`, in their order, with their sizes in bytes. */
  list(prefix: string): AsyncIterable<{ key: string; bytes: number }>;
  /** Removes all objects below a prefix that ends with `/`. */
  remove(prefix: string): Promise<void>;
}

/** The parts of `s3://bucket/prefix`. */
export interface S3Address {
  bucket: string;
  /** Without slashes at its ends; may be empty. */
  prefix: string;
}

/** Parses `s3://bucket/prefix`. @throws LookonceError `ARGUMENT` */
export function parseS3(url: string): S3Address {
  const [, bucket, prefix = ""] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(url) ?? [];
  if (bucket === undefined) {
    throw new LookonceError("ARGUMENT", `${url} is no address in S3: expected s3://bucket/prefix.`);
  }
  return { bucket, prefix: prefix.replaceAll(/^\/+|\/+$/g, "") };
}

/** Refuses keys that would lead out of the storage. */
export function checkKey(key: string): string {
  if (key === "" || /^\/|\\|(^|\/)\.{1,2}(\/|$)|\/\/|[\0\r\n]/.test(key)) {
    throw new LookonceError("ARGUMENT", `${JSON.stringify(key)} is no name of an object in a storage.`);
  }
  return key;
}
