import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { JobHealth } from "./jobs-options.ts";
import { type JobAnswer, quick, serviceFolders, startService, waitFor } from "./test-service.ts";

const place = mkdtempSync(join(tmpdir(), "lookonce-full-"));
let isMounted = false;
try {
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", place], { stdio: "ignore" });
  isMounted = true;
} catch {
  // Only the administrator may, and on Linux.
}
afterAll(() => {
  if (isMounted) execFileSync("umount", ["-l", place]);
  rmSync(place, { recursive: true, force: true });
});

describe.skipIf(!isMounted)("a service whose disk for jobs is really full", () => {
  it("finishes the training, and writes what happened once there is room", async () => {
    const health: JobHealth = {};
    const { options } = await serviceFolders({ database: join(place, "jobs.sqlite"), health });
    const app = await startService(options);
    const payload = { kind: "train", model: "tiny", data: "shapes/shapes", options: { ...quick, epochs: 6 } };
    const post = () => app.inject({ method: "POST", url: "/v1/jobs", payload });
    const { id } = (await post()).json<JobAnswer>();
    await expect
      .poll(async () => (await app.inject(`/v1/jobs/${id}`)).json().progress, { timeout: 60_000 })
      .toBeDefined();
    const filler = join(place, "filler");
    for (let bytes = 4 * 1024 * 1024; bytes >= 512; bytes /= 2) {
      try {
        writeFileSync(filler, Buffer.alloc(bytes), { flag: "a" });
      } catch {
        // So much has no room any more.
      }
    }
    const job = await waitFor(app, { id, states: ["succeeded", "failed", "canceled"] });
    expect(job).toMatchObject({
      state: "succeeded",
      progress: { epoch: 6 },
      warning: expect.stringContaining("full"),
    });
    expect(health.fault).toBe("the disk is full (ENOSPC)");
    expect((await post()).statusCode).toBe(503);
    const { body } = await app.inject(`/v1/jobs/${id}/events`);
    expect(body.match(/^event: epoch$/gm)).toHaveLength(6);
    rmSync(filler);
    await expect.poll(() => health.fault, { timeout: 20_000 }).toBeUndefined();
    await app.close();

    const next = await startService(options);
    expect((await next.inject(`/v1/jobs/${id}`)).json()).toMatchObject({ state: "succeeded", progress: { epoch: 6 } });
    expect((await next.inject(`/v1/jobs/${id}/events`)).body).toBe(body);
    await next.close();
  }, 120_000);
});
