import { writeFileSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import { attempt, bytesOf, type Engine, type EngineOptions, portsOf, sessionOptions } from "../engine.ts";
import { endProfile, profileFolder, profiling } from "./profile.ts";
import { runtime } from "./runtime.ts";
import { triedBefore } from "./tried-before.ts";

const { env, InferenceSession, Tensor } = runtime;
const version = env.versions.node ?? env.versions.common;

/** ONNX Runtime as Node's addon. */
export const nodeEngine: Engine = {
  version,
  processor: process.arch,
  memoryBudget: totalmem() / 2,
  get blocks() {
    return process.env.LOOKONCE_BLOCKS !== "off";
  },
  get isProfiled() {
    return profileFolder() !== undefined;
  },
  occupied: () => process.memoryUsage.rss(),
  tensor: ({ dtype, shape }, data) => new Tensor(dtype as "float32", data as Float32Array, shape),
  async compile(model, options, resident = []) {
    const { executionProviders } = options;
    const profile = profiling();
    const session = await attempt("refused a graph", executionProviders, () =>
      InferenceSession.create(bytesOf(model), { ...sessionOptions(options, resident), ...profile.options }),
    );
    profile.watch(session);
    return {
      inputs: portsOf(session.inputMetadata),
      outputs: portsOf(session.outputMetadata),
      run: (inputs, outputs) => attempt("failed", executionProviders, () => session.run(inputs, outputs)),
      release() {
        endProfile(session);
        return session.release();
      },
    };
  },
  tried: (what, attempted) => triedBefore(what, attempted, { onnxruntime: version }),
  note(name, facts) {
    const folder = profileFolder();
    if (folder === undefined) return;
    writeFileSync(join(folder, `${name}-${process.pid}.json`), JSON.stringify(facts, null, 2));
  },
};

/** The engine of Node; it is the same for all options. */
export async function loadEngine(_options: EngineOptions): Promise<Engine> {
  return nodeEngine;
}
