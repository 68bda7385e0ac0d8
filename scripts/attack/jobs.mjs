import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fail, Skipped, Unprepared } from "./judge.mjs";

const job = (options) => ({ kind: "train", model: "tiny", data: "shapes/shapes", options });
const small = { imgsz: 64, batch: 4, tensorboard: false, plots: false };

async function fullDisk(target) {
  const runs = target.folder("disk");
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=300k", "tmpfs", runs], { stdio: "ignore" });
  } catch {
    throw new Skipped("only the administrator of a Linux system may make a small disk");
  }
  let service;
  try {
    service = await target.serve([`runs=${runs}`]);
    await service.mustPredict("before the disk is full,");
    const posted = await service.post("/v1/jobs", job({ ...small, epochs: 30 }));
    if (posted.status >= 500) fail(`a job: ${posted.status} ${posted.text}`);
    const seen = new Set();
    for (let tries = 0; tries < 240; tries++) {
      const { status, text } = await service.ask("/readyz");
      if (status === 0) break;
      const said = JSON.parse(text).jobs;
      if (said !== undefined) seen.add(JSON.stringify(said));
      const { state, error } = JSON.parse((await service.ask("/v1/jobs/1")).text || "{}");
      // The training may meet the full disk alone, and leave room for what the service writes
      if (error !== undefined) seen.add(JSON.stringify(error));
      if (seen.size > 0 && ["succeeded", "failed", "canceled"].includes(state)) break;
      await sleep(250);
    }
    await service.mustPredict("while the disk is full,");
    if (![...seen].some((text) => /full|ENOSPC/.test(text))) fail(`neither /readyz nor the job says why: ${[...seen]}`);
    await service.stop();
  } finally {
    await service?.abandon();
    execFileSync("umount", ["-l", runs]);
  }
}

async function damagedDatabase(target) {
  const runs = target.folder("runs");
  const first = await target.serve([`runs=${runs}`]);
  try {
    for (let i = 0; i < 20; i++) await first.post("/v1/jobs", job({ ...small, epochs: 1000 }));
    for (let i = 20; i > 0; i--) await first.post(`/v1/jobs/${i}/cancel`, {});
    await first.stop();
  } finally {
    await first.abandon();
  }
  const file = join(runs, "jobs.sqlite");
  // What is still in SQLite's log, where it was not closed
  const Libsql = createRequire(new URL("../../apps/server/package.json", import.meta.url))("libsql");
  const database = new Libsql(file);
  database.pragma("wal_checkpoint(TRUNCATE)");
  database.close();
  const bytes = readFileSync(file);
  if (bytes.length < 3 * 4096) throw new Unprepared(`the database has ${bytes.length} bytes`);
  for (let at = 4096; at < bytes.length; at += 7) bytes[at] ^= 0xa5;
  writeFileSync(file, bytes);
  const service = await target.serve([`runs=${runs}`]).catch((error) => fail(error.message));
  try {
    await service.mustPredict("with a damaged database,");
    const listed = await service.ask("/v1/jobs");
    if (listed.status !== 200) fail(`/v1/jobs: ${listed.status} ${listed.text.slice(0, 120)}`);
    const posted = await service.post("/v1/jobs", job({ ...small, epochs: 1000 }));
    if (posted.status >= 400) fail(`a new job: ${posted.status} ${posted.text.slice(0, 120)}`);
    const aside = readdirSync(runs).find((name) => /^jobs\.sqlite\.damaged-/.test(name));
    if (aside === undefined || !readFileSync(join(runs, aside)).equals(bytes)) fail("the damaged database is not kept");
    const { text } = await service.ask("/readyz");
    if (!`${text}${service.stderr()}`.includes(aside)) fail("nobody reports that it was set aside");
    await service.stop();
  } finally {
    await service.abandon();
  }
  if (!existsSync(file)) fail("there is no new database");
}

export const jobAttacks = [
  { row: 2, tried: "a service whose disk for runs has 300 KB, and a training of 30 epochs", attack: fullDisk },
  { row: 18, tried: "bytes of the database of jobs are flipped between two starts", attack: damagedDatabase },
];
