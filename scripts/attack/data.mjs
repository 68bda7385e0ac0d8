import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { largePng } from "./inputs.mjs";
import { describeEnd, expectOrderly, expectRefused, fail, Skipped } from "./judge.mjs";
import { changeMetadata } from "./target.mjs";

/** What waits for ever is killed after so many. */
const seconds = 45;

const check = (target, yaml, options) => target.run(["data", "check", `data=${yaml}`], options);

/** Changes a file and keeps its size and times. */
function changeUnseen(file, change) {
  const { atime, mtime, size } = statSync(file);
  const bytes = change(readFileSync(file));
  if (bytes.length !== size) throw new Error("the size differs");
  writeFileSync(file, bytes);
  utimesSync(file, atime, mtime);
}

/** A data set that was checked on another machine, and arrives with what that machine kept of its check. */
async function foreignCache(target) {
  const { folder } = target.data();
  const moved = join(target.folder("arrived"), "set");
  const env = { ...target.env, XDG_CACHE_HOME: target.folder("other-machine") };
  // Whole seconds, which copies keep
  for (const name of readdirSync(folder, { recursive: true })) utimesSync(join(folder, name), 1e9, 1e9);
  const first = await target.run(
    target.training({ data: join(folder, "shapes.yaml"), project: folder, name: "x", epochs: 1 }),
    { env },
  );
  expectOrderly(first, { cpu: 60 });
  const labels = join(folder, "labels");
  if (!readdirSync(labels).some((name) => name.endsWith("cache"))) fail("the check was not kept");
  const arrive = () => {
    cpSync(folder, moved, { recursive: true, preserveTimestamps: true });
    return moved;
  };
  return { labels, arrive };
}

async function forgedLabels(target) {
  const { labels, arrive } = await foreignCache(target);
  for (const name of readdirSync(join(labels, "train"))) {
    // A class that the data set has not
    changeUnseen(join(labels, "train", name), (bytes) => Buffer.from(bytes.toString().replace(/^\d/, "9")));
  }
  const folder = arrive();
  const args = target.training({ data: join(folder, "shapes.yaml"), project: folder, name: "run", epochs: 1 });
  const result = await target.run(args);
  if (!/\b16 have faults|images? .*has no|no image can be used/.test(result.stderr)) {
    fail(`the labels' faults are not reported: ${/^train: .*/m.exec(result.stderr)?.[0]}`);
  }
}

async function oddCache(target) {
  const { labels, arrive } = await foreignCache(target);
  const file = join(
    labels,
    readdirSync(labels).find((name) => name.includes("train.lookonce-cache")),
  );
  const bytes = readFileSync(file);
  const body = bytes.subarray(40);
  const end = 4 + body.readUInt32LE(0);
  const header = { ...JSON.parse(body.toString("utf8", 4, end)), objects: 7e8, points: -1 };
  const text = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([text, Buffer.alloc((4 - (text.length % 4)) % 4, " ")]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(padded.length);
  const forged = Buffer.concat([size, padded, body.subarray(end)]);
  writeFileSync(file, Buffer.concat([bytes.subarray(0, 8), createHash("sha256").update(forged).digest(), forged]));
  const folder = arrive();
  const args = target.training({ data: join(folder, "shapes.yaml"), project: folder, name: "run", epochs: 1 });
  const result = await target.run(args);
  expectOrderly(result, { cpu: 60 });
  if (result.code !== 0) fail(describeEnd(result));
}

async function endlessFiles(target) {
  if (process.platform === "win32") throw new Skipped("there are no named pipes");
  const kinds = {
    "named pipe": (file) => execFileSync("mkfifo", [file]),
    "/dev/zero": (file) => symlinkSync("/dev/zero", file),
  };
  for (const [kind, make] of Object.entries(kinds)) {
    for (const where of ["images", "labels"]) {
      const { folder, yaml, train } = target.data();
      const file = join(folder, where, "train", where === "images" ? "00003.jpg" : "00003.txt");
      rmSync(file);
      make(file);
      const checked = await check(target, yaml, { seconds });
      expectOrderly(checked);
      if (!(checked.stdout + checked.stderr).includes("00003")) fail(`the ${kind} among ${where} is not named`);
      if (where === "images") expectOrderly(await target.predict(target.model, train, { seconds }), { cpu: 30 });
    }
  }
}

/** A pipe as a source is waited for, as standard input is; a device has no end. */
async function endlessSources(target) {
  if (process.platform === "win32") throw new Skipped("there are no named pipes");
  const folder = target.folder("sources");
  const [pipe, zero] = [join(folder, "pipe.jpg"), join(folder, "zero.jpg")];
  execFileSync("mkfifo", [pipe]);
  symlinkSync("/dev/zero", zero);
  expectRefused(await target.predict(target.model, zero, { seconds }), { names: [zero] });
  const start = performance.now();
  const options = { seconds, until: () => performance.now() - start > 5000, gently: "SIGTERM" };
  expectOrderly(await target.predict(target.model, pipe, options), { cpu: 30 });
}

const title = "\x1b]0;owned\x07\x9b31m";

async function escapeSequences(target) {
  const { folder, yaml, train } = target.data();
  const name = `a${title}b`;
  const text = readFileSync(yaml, "utf8").replace(/^names:(.|\n)*/m, "");
  writeFileSync(yaml, `${text}\nnames: [${Array(5).fill(JSON.stringify(name).replaceAll("\u009b", "\\x9b"))}]\n`);
  renameSync(join(train, "00003.jpg"), join(train, `${name}.jpg`));
  writeFileSync(join(train, `${name}.png`), "none");
  const model = join(folder, "model.safetensors");
  changeMetadata(
    target.model,
    (metadata) => {
      metadata.names = JSON.stringify(Array(5).fill(name));
    },
    model,
  );
  const results = [
    await check(target, yaml),
    await target.run(["info", `model=${model}`]),
    await target.predict(model, train),
    await target.run([...target.training({ data: yaml, project: folder, name: "run", epochs: 1 }), "val=last"]),
    await target.run(["predict", `model=${name}.pt`, `source=${name}`]),
  ];
  for (const { stdout, stderr } of results) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    const found = /.{0,20}[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f].{0,20}/.exec(stdout + stderr);
    if (found !== null) fail(`a control character is printed: ${JSON.stringify(found[0])}`);
  }
  if (!results.some(({ stdout, stderr }) => (stdout + stderr).includes("owned"))) fail("the names are not printed");
}

async function largeImages(target) {
  const folder = target.folder("large");
  const png = largePng(12_000);
  for (let i = 0; i < 4; i++) writeFileSync(join(folder, `${i}.png`), png);
  expectOrderly(await target.predict(target.model, folder, { seconds: 600 }), { bytes: 2.8e9, cpu: 90 });
}

async function longPolygon(target) {
  const { folder, yaml } = target.data();
  const points = Array.from({ length: 200_000 }, (_, i) => (i % 2 === 0 ? "0.25 0.5" : "0.75 0.125"));
  writeFileSync(join(folder, "labels", "train", "00003.txt"), `0 ${points.join(" ")}\n`);
  const result = await check(target, yaml);
  expectOrderly(result);
  if (result.code !== 0 && !result.stderr.includes("00003")) fail(`the file is not named: ${describeEnd(result)}`);
}

export const dataAttacks = [
  { row: 7, tried: "labels that another machine's kept check calls faultless", attack: forgedLabels },
  { row: 7, tried: "odd values in a check that another machine kept", attack: oddCache },
  { row: 8, tried: "named pipes and /dev/zero as images and labels of a data set", attack: endlessFiles },
  {
    row: 8,
    tried: "a named pipe as the source of a prediction that SIGTERM ends, /dev/zero as another",
    attack: endlessSources,
  },
  { row: 9, tried: "escape sequences in names of files, classes and models", attack: escapeSequences },
  { row: 11, tried: "four PNG files of 18 KB and 12,000 × 12,000 pixels: predict", attack: largeImages },
  { row: 14, tried: "a polygon of 200,000 points: data check", attack: longPolygon },
];
