// Trains on two ranks in two network namespaces, as on two machines with addresses of their own, cuts the link between them, and
// mends it: the ranks must end within the timeout, with a sentence, and the launch must go on and leave the same bytes as one that
// nothing happened to. It needs root, `ip` and `unshare`; without them, or without MPI, it says so and does nothing.
//
//   npm run build && node scripts/ranks-over-network.mjs [--epochs 6] [--timeout 10] [--mpirun mpirun.mpich]
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { generateShapes } from "@lookonce/data";
import { cli, rankProcesses, trainingArguments } from "./trainings/ranks.mjs";
import { tinyModel } from "./trainings/tiny-model.mjs";
import { epochsOf, traces } from "./trainings/traces.mjs";

const { values } = parseArgs({
  options: {
    epochs: { type: "string", default: "6" },
    timeout: { type: "string", default: "10" },
    mpirun: { type: "string", default: "mpirun" },
  },
});
const timeout = Number(values.timeout);
const names = [1, 2].map((n) => `lookonce${process.pid % 1000}-${n}`);
// No name that begins with lo: Open MPI leaves such links out
const links = [1, 2].map((n) => `veth${process.pid % 1000}-${n}`);
const addresses = ["10.99.7.1", "10.99.7.2"];
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const ip = (...args) => execFileSync("ip", args, { stdio: "pipe" });

const lacks = whatLacks();
if (lacks !== undefined) {
  console.log(`not run: ${lacks}`);
  process.exit(0);
}
const place = mkdtempSync(join(tmpdir(), "ranks-over-network-"));
try {
  await main();
  rmSync(place, { recursive: true });
} finally {
  for (const name of names) {
    try {
      ip("netns", "del", name);
    } catch {
      // It was not made
    }
  }
}

function whatLacks() {
  if (process.getuid?.() !== 0) return "network namespaces need root";
  try {
    ip("netns", "add", names[0]);
    ip("netns", "add", names[1]);
    execFileSync("unshare", ["--uts", "true"], { stdio: "pipe" });
  } catch (error) {
    for (const name of names) {
      try {
        ip("netns", "del", name);
      } catch {
        // It was not made
      }
    }
    return `no network namespaces here (${String(error.message).split("\n").at(-1)})`;
  }
  try {
    execFileSync(values.mpirun, ["--version"], { stdio: "pipe" });
  } catch {
    return `there is no ${values.mpirun}`;
  }
  return undefined;
}

async function main() {
  ip("link", "add", links[0], "netns", names[0], "type", "veth", "peer", "name", links[1], "netns", names[1]);
  for (const [i, name] of names.entries()) {
    ip("-n", name, "link", "set", "lo", "up");
    ip("-n", name, "addr", "add", `${addresses[i]}/24`, "dev", links[i]);
    ip("-n", name, "link", "set", links[i], "up");
  }
  const remote = join(place, "rsh");
  // As ssh does: options, a host, and a command for its shell
  writeFileSync(
    remote,
    `#!/bin/sh
while [ "\${1#-}" != "$1" ]; do shift; done
host=$1; shift
n=\${host##*.}
exec ip netns exec ${names[0].slice(0, -1)}$n unshare --uts sh -c "hostname machine$n; $*"
`,
  );
  chmodSync(remote, 0o755);
  const { yaml } = await generateShapes({ directory: join(place, "shapes"), train: 16, val: 4, size: 64 });
  const model = join(place, "tiny-v8.yaml");
  writeFileSync(model, tinyModel);

  const whole = await launch("whole", { model, yaml, remote }).ended;
  if (whole.code !== 0) throw new Error(`the undisturbed training ended with ${whole.code}:\n${whole.printed}`);
  console.log(`two machines, nothing cut: ${epochsOf(join(place, "whole"))} epochs`);

  const cut = launch("cut", { model, yaml, remote });
  while (cut.isRunning() && epochsOf(join(place, "cut")) < 2) await sleep(50);
  const before = rankProcesses(cut.pid);
  const started = performance.now();
  ip("-n", names[1], "link", "set", links[1], "down");
  while (cut.isRunning() && rankProcesses(cut.pid).some((rank) => before.includes(rank))) await sleep(50);
  const seconds = (performance.now() - started) / 1000;
  console.log(`cut after 2 epochs: the ranks ended after ${seconds.toFixed(1)} s`);
  ip("-n", names[1], "link", "set", links[1], "up");
  const { code, printed } = await cut.ended;
  const sentence = /rank \d on machine\d \(process \d+\) does not answer[^\n]*/.exec(printed)?.[0];
  if (code !== 0 || sentence === undefined) throw new Error(`it ended with ${code}; all is in ${place}\n${printed}`);
  console.log(sentence);
  // Two seconds to ask, the rest for a busy machine
  if (seconds > timeout + 10) throw new Error(`the ranks took ${seconds} s to end, with rank_timeout=${timeout}`);
  const [expected, actual] = ["whole", "cut"].map((run) => traces(join(place, run)));
  if (expected !== actual) throw new Error(`they differ (both are in ${place}):\nwhole ${expected}\ncut ${actual}`);
  console.log("the same after the restart: weights byte for byte, every number of results.csv");
}

/** Starts a launch on the first machine, which starts one rank there and one on the second. */
function launch(run, { model, yaml, remote }) {
  const hosts = addresses.map((address) => `${address}:1`).join(",");
  const own = ["launch", "ranks=2", `hosts=${hosts}`, "restarts=3", "restart_delay=2", "--", "train"];
  const args = [...trainingArguments({ model, yaml, place, run, epochs: values.epochs }), `rank_timeout=${timeout}`];
  const env = {
    ...process.env,
    LOOKONCE_MPIRUN: values.mpirun,
    OMPI_MCA_plm_rsh_agent: remote,
    // MPICH's launcher; and no shared memory, which both have
    ...{ HYDRA_LAUNCHER: "ssh", HYDRA_LAUNCHER_EXEC: remote, UCX_TLS: "tcp,self" },
  };
  const command = [process.execPath, cli, ...own, ...args].map((word) => `'${word}'`).join(" ");
  const shell = ["unshare", "--uts", "sh", "-c", `hostname machine1; exec ${command}`];
  const child = spawn("ip", ["netns", "exec", names[0], ...shell], { env, stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  let isRunning = true;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text) => {
      printed += text;
    });
  }
  const ended = new Promise((resolve) => {
    child.on("close", (code) => {
      isRunning = false;
      resolve({ code, printed });
    });
  });
  return { pid: child.pid, ended, isRunning: () => isRunning };
}
