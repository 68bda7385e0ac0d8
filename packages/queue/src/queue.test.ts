import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LookonceError } from "@lookonce/errors";
import { afterAll, describe, expect, it } from "vitest";
import { downloadFiles, localFile, uploadFiles } from "./bundle.ts";
import { checkJob, jobId, parseJobId } from "./check-job.ts";
import { shownUrl } from "./connect.ts";
import type { Job } from "./jobs.ts";
import { loadOptional } from "./load-optional.ts";
import { type ComputeOptions, computePart, readPart } from "./parts.ts";
import { openStorage } from "./storage/open-storage.ts";
import { parseS3 } from "./storage/storage.ts";
import { countRuns, stateOf } from "./view-parts.ts";

const folder = mkdtempSync(join(tmpdir(), "queue-parts-"));
afterAll(() => rmSync(folder, { recursive: true }));

const ref = { url: join(folder, "storage") };
const job: Job = { form: 1, kind: "predict", run: "predict-1", part: 0, parts: 2, storage: ref, task: {} };

describe("a job", () => {
  it("is checked on both sides, and a fault is named", () => {
    expect(checkJob(JSON.parse(JSON.stringify(job)))).toEqual(job);
    const faults: [change: object, sentence: string][] = [
      [{ form: 2 }, "form must be 1; workers and those who queue jobs need the same version"],
      [{ kind: "fly" }, "kind must be one of predict, val, trial, service"],
      [{ run: "../etc" }, "run must be a name"],
      [{ part: 2 }, "part must be a number below"],
      [{ parts: 0.5 }, "parts must be"],
      [{ storage: "/tmp" }, "storage must be an object"],
      [{ task: [] }, "task must be an object"],
    ];
    for (const [change, sentence] of faults) expect(() => checkJob({ ...job, ...change })).toThrow(sentence);
    expect(() => checkJob(null)).toThrow("form must be 1");
    expect(parseJobId(jobId({ run: "val-a-b", part: 12 }))).toEqual({ run: "val-a-b", part: 12 });
  });
});

describe("a storage", () => {
  it("has objects that are whole, in a folder that all machines see", async () => {
    const storage = await openStorage(ref);
    expect(await storage.has("a/b.txt")).toBe(false);
    await storage.write("a/b.txt", "text");
    await storage.write("a/c/d.txt", "more");
    const keys: object[] = [];
    for await (const one of storage.list("a/")) keys.push(one);
    expect(keys).toEqual([
      { key: "a/b.txt", bytes: 4 },
      { key: "a/c/d.txt", bytes: 4 },
    ]);
    expect(readdirSync(join(ref.url, "a"))).toEqual(["b.txt", "c"]);
    await storage.remove("a/");
    await expect(storage.read("a/b.txt")).rejects.toMatchObject({ code: "NOT_FOUND" });
    for (const key of ["../x", "/x", "a//b", "a/../../b", "", "a\\b"]) {
      await expect(storage.write(key, "")).rejects.toThrow("no name of an object");
    }
  });

  it("is named by an absolute folder or an address in S3", async () => {
    expect(parseS3("s3://bucket/some/prefix/")).toEqual({ bucket: "bucket", prefix: "some/prefix" });
    expect(parseS3("s3://bucket")).toEqual({ bucket: "bucket", prefix: "" });
    expect(() => parseS3("s3://B/x")).toThrow("expected s3://bucket/prefix");
    await expect(openStorage({ url: "runs" })).rejects.toThrow("must be an absolute folder");
    await expect(openStorage({ url: "ftp://host" })).rejects.toThrow("must be a folder, or s3://");
  });

  it("copies files under their digests, once, and back into a cache that appears as a whole", async () => {
    const storage = await openStorage(ref);
    const [a, b] = [join(folder, "a.bin"), join(folder, "b.bin")];
    for (const file of [a, b]) writeFileSync(file, "same");
    const files = [
      { name: "x/a.bin", file: a },
      { name: "x/b.bin", file: b },
    ];
    const bundle = await uploadFiles(storage, files);
    expect(await uploadFiles(storage, files)).toBe(bundle);
    expect(readdirSync(join(ref.url, "blobs"))).toHaveLength(1);
    await downloadFiles(storage, bundle, join(folder, "copy"));
    expect(readFileSync(join(folder, "copy", "x", "b.bin"), "utf8")).toBe("same");
    const cache = join(folder, "cache");
    const entry = { bundle, entry: "x/a.bin" };
    const local = await Promise.all([1, 2, 3].map(() => localFile(entry, { storage, cache })));
    expect(new Set(local).size).toBe(1);
    expect(readdirSync(cache)).toHaveLength(1);
    await expect(localFile({ path: join(folder, "gone") }, { storage, cache })).rejects.toThrow(
      /does not see .*gone: mount/,
    );
    await expect(uploadFiles(storage, [{ name: "../x", file: a }])).rejects.toThrow("no name of an object");
  });
});

describe("computePart", () => {
  const options: Omit<ComputeOptions, "runner"> = {
    ...{ worker: "host:1", cache: join(folder, "cache"), place: {}, signal: new AbortController().signal },
    ...{ progress: () => {}, log: () => {}, send: () => {} },
  };

  it("shows output when all of it is there, once, whoever computes it again", async () => {
    const storage = await openStorage(ref);
    let computed = 0;
    const runner: ComputeOptions["runner"] = async (_, context) => {
      computed++;
      writeFileSync(join(context.folder, "out.txt"), `${computed}`);
      expect(await readPart(storage, job)).toBeUndefined();
      return { data: { computed }, files: ["out.txt"] };
    };
    const failing: ComputeOptions["runner"] = async (_, context) => {
      writeFileSync(join(context.folder, "out.txt"), "half");
      throw new LookonceError("IO", "disk");
    };
    await expect(computePart(job, { ...options, runner: failing })).rejects.toThrow("disk");
    expect(await readPart(storage, job)).toBeUndefined();
    const record = await computePart(job, { ...options, runner });
    expect(await computePart(job, { ...options, runner })).toEqual(record);
    expect(computed).toBe(1);
    expect(record).toMatchObject({ data: { computed: 1 }, worker: "host:1", files: ["out.txt"] });
    expect(Buffer.from(await storage.read(`${record.prefix}out.txt`)).toString()).toBe("1");
    await storage.write("runs/predict-1/parts/000001.json", "{}");
    await expect(readPart(storage, { run: "predict-1", part: 1 })).rejects.toThrow("no record of a part");
  });
});

describe("a view", () => {
  it("counts jobs by runs and states", () => {
    expect([stateOf("delayed", ""), stateOf("failed", "canceled"), stateOf("failed", "no disk")]).toEqual([
      ...["waiting", "canceled", "failed"],
    ]);
    const ids = { waiting: ["val-1.2"], active: [], completed: ["val-1.0", "service-9.0"], failed: ["val-1.1"] };
    expect(countRuns(ids, []).map(({ run, kind, parts }) => [run, kind, parts])).toEqual([
      ["val-1", "val", 3],
      ["service-9", "service", 1],
    ]);
  });
});

describe("libraries of queues", () => {
  it("are named with what installs them where they are missing", async () => {
    await expect(loadOptional("no-such", "queue=", () => import("no-such".padEnd(7)))).rejects.toThrow(
      "queue= needs no-such, which is not installed: npm install no-such",
    );
    expect(() => shownUrl("localhost:6379")).toThrow("queue must be the address of a Redis");
    expect(shownUrl("redis://me:secret@host:1/2")).toBe("redis://me:***@host:1/2");
  });

  it("are loaded in one place each, and by nothing else", () => {
    const root = fileURLToPath(new URL("../../..", import.meta.url));
    const sources = ["packages", "apps"].flatMap((group) =>
      readdirSync(join(root, group))
        .map((name) => join(group, name, "src"))
        .filter((source) => existsSync(join(root, source)))
        .flatMap((source) =>
          readdirSync(join(root, source), { recursive: true, encoding: "utf8" })
            .filter((file) => /\.ts$/.test(file) && !/(\.test|test-[\w-]+)\.ts$/.test(file))
            .map((file) => join(source, file)),
        ),
    );
    expect(sources.length).toBeGreaterThan(500);
    const loading = (pattern: RegExp): string[] =>
      sources.filter((file) => pattern.test(readFileSync(join(root, file), "utf8"))).sort();
    const names = "bullmq|ioredis|@aws-sdk/client-s3";
    expect(loading(new RegExp(`^(import|export) (?!type )[^;]*from "(${names})"`, "m"))).toEqual([]);
    expect(loading(new RegExp(`(?<!typeof )import\\("(${names})"\\)`))).toEqual([
      "packages/queue/src/connect.ts",
      "packages/queue/src/storage/s3-storage.ts",
    ]);
    // The package itself is loaded by the program of a worker's processes alone, and otherwise when a queue is named
    expect(
      loading(/^(import|export) (?!type )[^;]*from "@lookonce\/queue"/m).filter((file) => /yolo|cli/.test(file)),
    ).toEqual(["packages/yolo/src/queue/job-process.ts"]);
  });
});
