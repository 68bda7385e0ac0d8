import type { OnnxModel } from "@lookonce/onnx";
import type { Engine, RuntimeOptions, RuntimeTensor, Session } from "../engine/engine.ts";
import { type BuildOptions, buildGraph } from "./build.ts";
import { joinGraphs } from "./join-graphs.ts";
import { joinVectors } from "./join-vectors.ts";
import type { Plan } from "./plan.ts";
import { recompute } from "./recompute.ts";
import { Residents } from "./residents.ts";
import { shapelessInputs } from "./shapeless-inputs.ts";
import type { HostData, Signature } from "./signature.ts";
import { hostArray, numbering, sizeOf, type Value } from "./value.ts";

/** A plan as a graph. */
export interface Lowered {
  readonly plan: Plan;
  /** Contents of the plan's constants that are written into the graph; `undefined` for those that are inputs. */
  readonly written: readonly (HostData | undefined)[];
  readonly model: OnnxModel;
  /** The graph's inputs for the plan's inputs and constants, in their order; `undefined` for those it does not read. */
  readonly names: readonly (string | undefined)[];
}

/** Bytes of all values that a plan computes. */
function sizeOfAll({ nodes }: Plan): number {
  const sizes = nodes.flatMap(({ outputs }) =>
    outputs.map(({ shape, dtype }) => sizeOf(shape) * (dtype === "bool" ? 1 : 4)),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** One of the plans of a compiled graph. */
interface Member extends Lowered {
  /** The session's outputs for the plan's. */
  readonly outputs: readonly string[];
  /** Flags that choose this plan. */
  readonly flags: Readonly<Record<string, RuntimeTensor>>;
}

/** How many plans were lowered so far. */
let count = 0;

/** Inputs of steps are numbered by name, type and shape, by which graphs share them. */
const inputNumber = numbering();

/** Lowers a plan. */
export function lower(
  plan: Plan,
  written: Lowered["written"],
  { isProfiled, ...options }: Pick<BuildOptions, "target" | "block" | "filterGradients"> & { isProfiled: boolean },
): Lowered {
  const constants = new Set(plan.constants.filter((_, i) => written[i] !== undefined));
  const own = count++;
  const isConstant = (value: Value): boolean => constants.has(value);
  const recomputed = recompute(plan.nodes);
  // A shader cannot write to a hundred vectors.
  const nodes = options.target === "webgpu" ? recomputed : joinVectors(recomputed, isConstant);
  const { graph, inputs } = buildGraph(
    { ...plan, nodes },
    {
      ...options,
      isConstant,
      isShapeless: options.target === "webgpu" ? () => false : shapelessInputs(nodes),
      copiesOutputs: false,
      inputName: ({ placeholder, dtype, shape }, n) =>
        placeholder === undefined ? `input${own}_${n}` : `in${inputNumber(`${placeholder} ${dtype} ${shape}`)}`,
      // ONNX Runtime looks values up by name many times: names of up to 15 characters save a sixth of its time to compile.
      scopes: isProfiled ? "all" : "none",
    },
  );
  const names = [...plan.inputs, ...plan.constants].map((value) => inputs.get(value));
  // ONNX Runtime, which compiles it now, checks the same and names the node, too
  return { plan, written, model: graph.build({ isChecked: false }), names };
}

/** A session that computes one plan, or any one of a group's plans at a time. */
export class Compiled {
  readonly members: ReadonlyMap<string, Member>;
  /** Its outputs in the device's memory. */
  readonly residents: Residents = new Residents();
  readonly #engine: Engine;
  readonly #session: Session;
  /** What the session wants of inputs that a plan does not have. */
  readonly #idle: ReadonlyMap<string, Signature>;
  readonly #idleTensors = new Map<string, RuntimeTensor>();
  /**
   * By how much first runs made the process grow: ONNX Runtime keeps a session's working memory for its next run. Where that
   * cannot be known, the size of all that is computed, which is more.
   */
  #bytes = 0;
  readonly #ran = new Set<string>();

  private constructor(
    engine: Engine,
    session: Session,
    { members, idle }: { members: Compiled["members"]; idle: ReadonlyMap<string, Signature> },
  ) {
    this.#engine = engine;
    this.#session = session;
    this.members = members;
    this.#idle = idle;
  }

  /** Compiles plans into one session. Those of several plans share what inputs have the same name. */
  static async of(plans: readonly Lowered[], engine: Engine, runtime: RuntimeOptions): Promise<Compiled> {
    const { model, flags, outputs } = joinGraphs(plans.map((each) => each.model));
    const resident = plans.flatMap(({ plan }, i) => [...plan.resident].map((k) => outputs[i]?.[k] ?? ""));
    const session = await engine.compile(model, runtime, resident);
    const members = plans.map((lowered, i): [string, Member] => {
      const chosen = flags.map((flag, k) => [flag, engine.tensor(scalar, Uint8Array.of(k === i ? 1 : 0))]);
      return [lowered.plan.key, { ...lowered, outputs: outputs[i] ?? [], flags: Object.fromEntries(chosen) }];
    });
    const idle = plans.flatMap(({ plan, names }) =>
      [...plan.inputs, ...plan.constants].flatMap(({ dtype, shape }, i): [string, Signature][] => {
        return names[i] === undefined ? [] : [[names[i], { dtype, shape }]];
      }),
    );
    return new Compiled(engine, session, {
      members: new Map(members),
      idle: new Map(plans.length > 1 ? idle : []),
    });
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Runs a plan.
   *
   * @param inputs contents of the plan's inputs and constants
   * @param outputs where to write its outputs; `null` for new tensors
   */
  async run(
    plan: Plan,
    inputs: readonly RuntimeTensor[],
    outputs: readonly (RuntimeTensor | null)[],
  ): Promise<(RuntimeTensor | undefined)[]> {
    const member = this.members.get(plan.key);
    if (member === undefined) throw new Error("internal: a plan runs on a graph that is not its own");
    const feeds: Record<string, RuntimeTensor> = { ...member.flags };
    for (const [i, name] of member.names.entries()) if (name !== undefined) feeds[name] = inputs[i]!;
    for (const name of this.#idle.keys()) feeds[name] ??= this.#idleTensor(name);
    const fetches = Object.fromEntries(member.outputs.map((name, i) => [name, outputs[i] ?? null]));
    const isFirst = !this.#ran.has(plan.key);
    const before = isFirst ? this.#engine.occupied() : 0;
    const results = await this.#session.run(feeds, fetches);
    if (isFirst) {
      const after = this.#engine.occupied();
      this.#bytes += before === undefined || after === undefined ? sizeOfAll(plan) : Math.max(0, after - before);
    }
    this.#ran.add(plan.key);
    return member.outputs.map((name) => results[name]);
  }

  release(): Promise<void> {
    return this.#session.release();
  }

  /** Zeros, for inputs that are not read. They occupy no memory as long as nobody touches them. */
  #idleTensor(name: string): RuntimeTensor {
    const signature = this.#idle.get(name)!;
    const tensor =
      this.#idleTensors.get(name) ??
      this.#engine.tensor(signature, hostArray(signature.dtype as Value["dtype"], sizeOf(signature.shape)));
    this.#idleTensors.set(name, tensor);
    return tensor;
  }
}

const scalar: Signature = { shape: [], dtype: "bool" };
