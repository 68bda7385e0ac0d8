import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readFile, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { GetObjectCommandOutput, S3Client } from "@aws-sdk/client-s3";
import { LookonceError } from "@lookonce/errors";
import { besideOf, renameIntoPlace, writing } from "@lookonce/files";
import { loadOptional } from "../load-optional.ts";
import { checkKey, parseS3, type S3Address, type Storage, type StorageRef } from "./storage.ts";

/** Bytes up to which a file is read before it is sent. */
const maxInMemory = 64 * 2 ** 20;

type Client = typeof import("@aws-sdk/client-s3");

/** Objects of a bucket of S3, or of a service that speaks its protocol. Writing replaces an object as a whole. */
export class S3Storage implements Storage {
  readonly ref: StorageRef;
  readonly #address: S3Address;
  readonly #s3: Client;
  readonly #client: S3Client;

  private constructor(ref: StorageRef, s3: Client, client: S3Client) {
    this.ref = ref;
    this.#address = parseS3(ref.url);
    this.#s3 = s3;
    this.#client = client;
  }

  /** Credentials and region are those of the environment, as of all programs that use the AWS client. */
  static async open(ref: StorageRef): Promise<S3Storage> {
    const s3 = await loadOptional<Client>("@aws-sdk/client-s3", "a storage in S3", () => import("@aws-sdk/client-s3"));
    const { endpoint } = ref;
    const region = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
    const client = new s3.S3Client({
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      // Services other than Amazon's ignore the region, which the client demands all the same
      ...(region === undefined && endpoint !== undefined ? { region: "us-east-1" } : {}),
    });
    return new S3Storage(ref, s3, client);
  }

  async read(key: string): Promise<Uint8Array> {
    const { Body } = await this.#get(key);
    return (await Body?.transformToByteArray()) ?? new Uint8Array();
  }

  async write(key: string, content: Uint8Array | string): Promise<void> {
    await this.#send(
      `write ${key} in`,
      () => this.#client.send(new this.#s3.PutObjectCommand({ ...this.#place(key), Body: content })), // vocabulary-allow: Put
    );
  }

  async has(key: string): Promise<boolean> {
    try {
      await this.#send(`read ${key} in`, () => this.#client.send(new this.#s3.HeadObjectCommand(this.#place(key))));
      return true;
    } catch (error) {
      if (error instanceof LookonceError && error.code === "NOT_FOUND") return false;
      throw error;
    }
  }

  async upload(key: string, file: string): Promise<void> {
    const { size } = await stat(file).catch((cause: Error) => {
      throw new LookonceError("IO", `cannot read ${file}: ${cause.message}`, { cause });
    });
    // The client repeats a request that failed only where it has the whole body
    const body = size <= maxInMemory ? await readFile(file) : createReadStream(file);
    const object = { ...this.#place(key), ContentLength: size, Body: body };
    // vocabulary-allow: Put
    await this.#send(`write ${key} in`, () => this.#client.send(new this.#s3.PutObjectCommand(object)));
  }

  async download(key: string, file: string): Promise<void> {
    const { Body } = await this.#get(key);
    const beside = besideOf(file);
    await writing(file, async () => {
      await mkdir(dirname(file), { recursive: true });
      await pipeline(Body as Readable, createWriteStream(beside)).catch(async (error: unknown) => {
        await rm(beside, { force: true });
        throw error;
      });
    });
    await renameIntoPlace(beside, file);
  }

  async *list(prefix: string): AsyncIterable<{ key: string; bytes: number }> {
    checkKey(`${prefix}x`);
    const { bucket: Bucket, prefix: own } = this.#address;
    const above = own === "" ? "" : `${own}/`;
    let token: string | undefined;
    do {
      const page = await this.#send("list objects in", () =>
        this.#client.send(
          new this.#s3.ListObjectsV2Command({
            ...{ Bucket, Prefix: `${above}${prefix}` },
            ...(token === undefined ? {} : { ContinuationToken: token }),
          }),
        ),
      );
      for (const { Key = "", Size = 0 } of page.Contents ?? []) yield { key: Key.slice(above.length), bytes: Size };
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  async remove(prefix: string): Promise<void> {
    const { bucket: Bucket } = this.#address;
    for await (const { key } of this.list(prefix)) {
      const { Key } = this.#place(key);
      await this.#send("remove objects in", () => this.#client.send(new this.#s3.DeleteObjectCommand({ Bucket, Key })));
    }
  }

  #get(key: string): Promise<GetObjectCommandOutput> {
    return this.#send(`read ${key} in`, () => this.#client.send(new this.#s3.GetObjectCommand(this.#place(key))));
  }

  #place(key: string): { Bucket: string; Key: string } {
    const { bucket, prefix } = this.#address;
    return { Bucket: bucket, Key: prefix === "" ? checkKey(key) : `${prefix}/${checkKey(key)}` };
  }

  async #send<T>(what: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (cause) {
      const { name, message } = cause as Error;
      const where = `${this.ref.url}${this.ref.endpoint === undefined ? "" : ` at ${this.ref.endpoint}`}`;
      const isMissing = ["NoSuchKey", "NotFound", "NoSuchBucket"].includes(name);
      const reason = message === "" || message === name ? name : `${name}: ${message}`;
      const hint = hints[name] === undefined ? "" : ` ${hints[name]}`;
      throw new LookonceError(isMissing ? "NOT_FOUND" : "IO", `cannot ${what} ${where} (${reason}).${hint}`, { cause });
    }
  }
}

const hints: Readonly<Record<string, string>> = {
  CredentialsProviderError: "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY on this machine, or let it have a role.",
  NoSuchBucket: "Make the bucket first.",
  InvalidAccessKeyId: "Check AWS_ACCESS_KEY_ID on this machine.",
  SignatureDoesNotMatch: "Check AWS_SECRET_ACCESS_KEY on this machine.",
  AccessDenied: "The credentials of this machine may not do that.",
};
