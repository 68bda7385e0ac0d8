// A process of hostile clients. Its parent sends `{ rate, addresses }`: requests a second, and how many local addresses they come
// from; with a rate of 0 all clients leave, and what came of their requests is sent back.
import { setMaxListeners } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Random } from "@lookonce/random";
import { hostileRequests } from "./hostile-requests.mjs";

const [url, seed, ...files] = process.argv.slice(2);
const kinds = Object.entries(
  await hostileRequests(
    url,
    files.map((file) => readFileSync(file)),
  ),
);
const rng = new Random(Number(seed)).fork("hostile");
/** Answers that are right for every request: the service may have too much to do, or to wait for. */
const always = /^(429|503) [A-Z_]+$|^504 TIMEOUT$/;

/** How many requests of a kind ended how, and which of these ends are wrong. */
let [ends, wrong] = [{}, []];
let load = { rate: 0, addresses: 1 };
let control = newControl();
const underWay = new Set();
let order = [];

function newControl() {
  const control = new AbortController();
  setMaxListeners(0, control.signal);
  return control;
}

async function attack() {
  if (order.length === 0) order = rng.permutation(kinds.length);
  const [name, [request, right]] = kinds[order.pop()];
  const host = rng.integer(0, load.addresses);
  const client = { localAddress: `127.9.${host >> 7}.${1 + (host & 127)}`, signal: control.signal };
  const end = await request(client);
  ends[name] ??= {};
  ends[name][end] = (ends[name][end] ?? 0) + 1;
  // A client that leaves may do so before its answer
  if (!right.includes(end) && !always.test(end) && end !== "aborted") wrong.push(`${name}: ${end}`);
}

process.on("message", async (message) => {
  load = message;
  if (load.rate > 0) return;
  // Most are answered; slow ones would go on
  await Promise.race([Promise.all(underWay), sleep(2000)]);
  control.abort();
  await Promise.all(underWay);
  process.send({ ends, wrong });
  [ends, wrong, control] = [{}, [], newControl()];
});
process.on("disconnect", () => process.exit());
process.send("ready");

for (;;) {
  await sleep(load.rate > 0 ? (-1000 * Math.log(1 - rng.uniform())) / load.rate : 50);
  if (load.rate === 0) continue;
  const request = attack();
  underWay.add(request);
  request.finally(() => underWay.delete(request));
}
