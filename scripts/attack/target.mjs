import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { addressOf } from "../service/start-service.mjs";
import { tinyModel } from "../trainings/tiny-model.mjs";
import { epochsOf } from "../trainings/traces.mjs";
import { describeEnd, fail, Unprepared } from "./judge.mjs";
import { watch } from "./watch.mjs";

/** Seconds in which a service must start, and end. */
const serviceSeconds = 300;

/** A built lookonce, with what attacks need of it: a data set, a model, a training that was interrupted. */
export class Target {
  /**
   * @param cli its `apps/cli/dist/main.js`
   * @param place a folder for everything
   */
  constructor(cli, place) {
    this.cli = cli;
    this.place = place;
    this.env = { ...process.env, XDG_CACHE_HOME: join(place, "cache"), NO_COLOR: "1" };
    delete this.env.LOOKONCE_KEY;
  }

  /** A new folder. */
  folder(name) {
    return mkdtempSync(join(this.place, `${name}-`));
  }

  /** Runs a command to its end, within limits; see `watch`. */
  start(args, options = {}) {
    return watch(process.execPath, [this.cli, ...args], { cwd: this.place, env: this.env, ...options });
  }

  run(args, options) {
    return this.start(args, options).ended;
  }

  /** Runs a command that is no attack. */
  async must(args, options) {
    const result = await this.run(args, options);
    if (result.code !== 0 && options?.until === undefined) throw new Unprepared(`${args[0]}: ${describeEnd(result)}`);
    return result;
  }

  /** Draws the data set, and trains the smallest model for an epoch. */
  async prepare() {
    await this.must(["data", "shapes", `output=${join(this.place, "shapes")}`, "size=64", "train=16", "val=4"]);
    this.config = join(this.place, "tiny.yaml");
    writeFileSync(this.config, tinyModel);
    await this.must(this.training({ name: "base", epochs: 1 }));
    this.model = join(this.place, "base", "weights", "last.safetensors");
    this.image = join(this.place, "shapes", "images", "val", "00000.jpg");
  }

  /** A copy of the data set. */
  data() {
    const folder = this.folder("data");
    cpSync(join(this.place, "shapes"), folder, { recursive: true });
    return { folder, yaml: join(folder, "shapes.yaml"), train: join(folder, "images", "train") };
  }

  /** Arguments of a small training. */
  training({ data = join(this.place, "shapes", "shapes.yaml"), name, project = this.place, epochs = 1000 }) {
    return [
      ...["train", `model=${this.config}`, `data=${data}`, `epochs=${epochs}`, `project=${project}`, `name=${name}`],
      ...["imgsz=64", "batch=4", "nbs=4", "workers=0", "patience=0", "val=never", "plots=false", "tensorboard=false"],
    ];
  }

  /** A run that was interrupted after its first epoch, with a data set of its own; made once, copied for everybody. */
  async interrupted() {
    this.interruptedRun ??= (async () => {
      const { folder, yaml } = this.data();
      const run = join(folder, "run");
      const until = () => epochsOf(run) > 0;
      await this.must(this.training({ data: yaml, project: folder, name: "run" }), { until, gently: "SIGINT" });
      return folder;
    })();
    const original = await this.interruptedRun;
    const folder = this.folder("interrupted");
    cpSync(original, folder, { recursive: true });
    const run = join(folder, "run");
    const last = join(run, "weights", "last.safetensors");
    return { original, folder, run, last, train: join(folder, "images", "train") };
  }

  /** Resumes a run, until it ends or has trained two epochs more. */
  resume({ run, last }) {
    const before = epochsOf(run);
    return this.run(["train", `resume=${last}`], { until: () => epochsOf(run) > before + 1 });
  }

  predict(model, source = this.image, options = {}) {
    const results = `project=${this.folder("predict")}`;
    return this.run(["predict", `model=${model}`, `source=${source}`, "imgsz=64", "conf=0.001", results], options);
  }

  /** Starts a service with the small model. */
  async serve(settings) {
    const runs = settings.some((one) => one.startsWith("runs=")) ? [] : [`runs=${this.folder("runs")}`];
    const models = [`model=${this.model}`, `models=${this.place}`, `data=${this.place}`];
    const all = [...models, ...runs, "imgsz=64", "port=0", "workers=2", "rate=0", ...settings];
    const started = this.start(["serve", ...all], { seconds: 900 });
    const address = await Promise.race([
      addressOf(started.child),
      started.ended.then(() => undefined),
      sleep(serviceSeconds * 1000, undefined, { ref: false }),
    ]);
    const service = new Service(started, address, readFileSync(this.image));
    if (address === undefined) {
      started.child.kill("SIGKILL");
      throw new Unprepared(`the service did not start: ${describeEnd(await started.ended)}`);
    }
    return service;
  }
}

class Service {
  constructor({ child, stderr, ended }, address, image) {
    Object.assign(this, { child, stderr, ended, address, image, headers: {} });
    ended.then((end) => {
      this.end = end;
    });
  }

  /** Asks; the status is 0 when there is no answer within `seconds`. */
  async ask(path, { seconds = 70, headers = {}, ...init } = {}) {
    try {
      const signal = AbortSignal.timeout(seconds * 1000);
      const all = { ...this.headers, ...headers };
      const response = await fetch(`${this.address}${path}`, { ...init, headers: all, signal });
      const text = await response.text();
      return { status: response.status, text };
    } catch (error) {
      return { status: 0, text: String(error.cause?.message ?? error.message) };
    }
  }

  post(path, body) {
    const headers = { "content-type": "application/json" };
    return this.ask(path, { method: "POST", headers, body: JSON.stringify(body) });
  }

  predict(body = this.image, { type = "image/jpeg", ...options } = {}) {
    return this.ask("/v1/predict?conf=0.001", { method: "POST", headers: { "content-type": type }, body, ...options });
  }

  /** Fails unless a valid image is answered. */
  async mustPredict(when, options) {
    const { status, text } = await this.predict(this.image, options);
    if (status !== 200) {
      const ended = this.end === undefined ? "" : `; the service ended: ${describeEnd(this.end)}`;
      fail(`${when} a valid image is answered with ${status || "nothing"} ${text.slice(0, 120)}${ended}`);
    }
  }

  /** Ends it by SIGTERM; fails if it does not end in time, or not with 0. */
  async stop(seconds = serviceSeconds) {
    if (this.end !== undefined) fail(`the service ended by itself: ${describeEnd(this.end)}`);
    this.child.kill("SIGTERM");
    await Promise.race([this.ended, sleep(seconds * 1000, undefined, { ref: false })]);
    if (this.end === undefined) fail(`SIGTERM has not ended the service after ${seconds} s`);
    if (this.end.code !== 0) fail(`the service ended: ${describeEnd(this.end)}`);
  }

  /** Ends it whatever happened. */
  async abandon() {
    if (this.end !== undefined) return;
    this.child.kill("SIGKILL");
    await this.ended;
  }
}

/** A safetensors file's metadata, header and where its tensors start. */
export function readHeader(file) {
  const bytes = readFileSync(file);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  return { bytes, start, header: JSON.parse(bytes.toString("utf8", 8, start)) };
}

/** Changes the metadata of a safetensors file as a program would, without the digests of lookonce. */
export function changeMetadata(file, change, to = file) {
  const { bytes, start, header } = readHeader(file);
  delete header.__metadata__.crc32;
  change(header.__metadata__);
  const text = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([text, Buffer.alloc((8 - (text.length % 8)) % 8, " ")]);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(padded.length));
  mkdirSync(join(to, ".."), { recursive: true });
  writeFileSync(to, Buffer.concat([size, padded, bytes.subarray(start)]));
}
