import { openAsBlob } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createClient, type LookonceClient, ServiceError } from "@lookonce/client";
import { createApp } from "@lookonce/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const sample = (name: string): string => fileURLToPath(new URL(`../packages/yolo/samples/${name}`, import.meta.url));

describe("@lookonce/client", () => {
  let client: LookonceClient;
  let baseUrl: string;
  let image: Blob;
  const ends: (() => unknown)[] = [];
  beforeAll(async () => {
    const runsRoot = await mkdtemp(join(tmpdir(), "lookonce-client-"));
    const models = [sample("yolov8t-shapes.safetensors")];
    const app = await createApp({ models, runsRoot, workers: 1, threads: 1, log: "none", key: "k".repeat(32) });
    ends.push(
      () => app.close(),
      () => rm(runsRoot, { recursive: true }),
    );
    baseUrl = await app.listen({ host: "127.0.0.1", port: 0 });
    client = createClient({ baseUrl, key: "k".repeat(32) });
    image = await openAsBlob(sample("shapes.jpg"));
  });
  afterAll(async () => {
    for (const end of ends) await end();
  });

  it("finds what is in one image, and in several", async () => {
    const { model, images } = await client.predict(image, { conf: 0.5, classes: [0, 3] });
    expect(model).toBe("yolov8t-shapes");
    expect(images.map(({ boxes }) => boxes?.map(({ name }) => name).sort())).toEqual([["circle", "star"]]);
    expect((await client.predict([image, image])).images).toHaveLength(2);
  });

  it("knows the other paths by their types", async () => {
    const { data } = await client.GET("/v1/models");
    expect(data?.models?.map(({ id }) => id)).toEqual(["yolov8t-shapes"]);
  });

  it("throws the service's sentence, with its code and status", async () => {
    await expect(client.predict(image, { model: "none" })).rejects.toMatchObject({
      status: 404,
      code: "UNKNOWN_MODEL",
    });
    await expect(createClient({ baseUrl }).predict(image)).rejects.toThrow(ServiceError);
    await expect(createClient({ baseUrl }).predict(image)).rejects.toMatchObject({ status: 401 });
  });
});
