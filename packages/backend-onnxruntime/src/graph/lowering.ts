import {
  type Attribute,
  elementType,
  type GraphBuilder,
  int,
  ints,
  type TensorType,
  type TensorValue,
} from "@lookonce/onnx";
import { Autocast } from "./autocast.ts";
import type { FilterGradients } from "./filter-gradients.ts";
import type { NumericType } from "./signature.ts";
import { dimOf, hostArray, shape4, sizeOf, type Value } from "./value.ts";

/** Where the graph will run: anywhere, in ONNX Runtime here, or on its WebGPU provider, which lacks some operators. */
export type Target = "portable" | "onnxruntime" | "webgpu";

/** The names of one value in the graph. */
interface Forms {
  /** In tfjs's layout. */
  natural?: string;
  /** For tensors of rank 4: channels first, the layout of ONNX's convolutions. */
  channelsFirst?: string;
  /** For tensors of rank 4: channels in blocks, declared [n, c, h, w] as ONNX Runtime's operators on blocks want it. */
  blocked?: string;
  /** The same memory as the element-wise operators see it, [n, c / block, h, w, block]. */
  blocks?: string;
  /** For tensors that repeat one number: that number, as a scalar. */
  uniform?: string;
  /** For tensors made by broadcasting: what was broadcast. */
  source?: Value;
  /** Further forms, such as a filter with its axes permuted, by a label of the kernel that made them. */
  readonly derived: Record<string, string>;
}

/** A layout in which a kernel reads its inputs and sets its output: tfjs's, channels first, or channels in blocks. */
export interface Layout {
  get(value: Value): string;
  set(value: Value, name: string): void;
  /** The place in this layout of one of tfjs's axes. */
  axis(axis: number): number;
}

/** How {@link Lowering} writes. */
export interface LoweringOptions {
  /** Whether {@link Lowering.half} casts to half precision; otherwise all stays in single. Default `false`. */
  readonly autocast?: boolean;
  /** Channels a block where the graph will run; without it no tensor is in blocks. */
  readonly block?: number | undefined;
  /** Filter gradients on blocks of channels that work where the graph will run. Default: none. */
  readonly filterGradients?: FilterGradients | undefined;
  /** How many calls and outputs read each value; a value that is not known may be read by any number. */
  readonly uses?: ReadonlyMap<Value, number>;
}

/**
 * What a kernel's lowering writes to.
 *
 * tfjs tensors are NHWC and ONNX's convolutions NCHW; ONNX Runtime's fastest have their channels in blocks,
 * [n, c / block, h, w, block]. A lowering asks for its inputs in one layout and sets its outputs in one; a node that
 * converts is added only where the two differ, and only once a value.
 */
export class Lowering implements Layout {
  readonly graph: GraphBuilder;
  readonly target: Target;
  readonly #forms = new Map<Value, Forms>();
  readonly #autocast: Autocast | undefined;
  /** Filter gradients on blocks of channels that work where the graph will run; none in half precision. */
  readonly filterGradients: FilterGradients | undefined;

  /** Channels a block; `undefined` where there are no operators on blocks. */
  readonly block: number | undefined;
  /** Whether what is lowered now stays in single precision. */
  isSingle = false;
  readonly #uses: ReadonlyMap<Value, number>;
  /** Names of reshapes by what is reshaped and the shape, and what each of them is a reshape of. */
  readonly #int64s = new Map<string, string>();
  readonly #reshapes = new Map<string, string>();
  readonly #reshaped = new Map<string, string>();
  /** Whether nodes of a body are written, whose values nothing outside may read. */
  #isInBody = false;

  constructor(graph: GraphBuilder, target: Target, options: LoweringOptions = {}) {
    const { autocast = false, block, filterGradients, uses = new Map() } = options;
    this.#uses = uses;
    this.graph = graph;
    this.target = target;
    this.block = autocast ? undefined : block;
    this.filterGradients = autocast ? undefined : filterGradients;
    this.#autocast = autocast ? new Autocast(graph) : undefined;
  }

  /** The layout of rank-4 tensors with channels first: [n, h, w, c] as [n, c, h, w]. */
  readonly channelsFirst: Layout = {
    get: (value) => this.getChannelsFirst(value),
    set: (value, name) => this.setChannelsFirst(value, name),
    axis: (axis) => (axis === 0 ? 0 : (axis % 3) + 1),
  };

  /**
   * Channels in blocks, for kernels that work along whole blocks of channels or on whole images: the places of an image's
   * rows and columns are not among the axes.
   */
  readonly blocked: Layout = {
    get: (value) => this.getBlocked(value),
    set: (value, name) => this.setBlocked(value, name),
    axis: (axis) => this.channelsFirst.axis(axis),
  };

  /** Channels first where one of the values is there so or in blocks already, else tfjs's layout. */
  layoutOf(...values: readonly Value[]): Layout {
    return values.some((value) => this.isChannelsFirst(value) || this.isBlocked(value)) ? this.channelsFirst : this;
  }

  /** Channels in blocks where one of the values is so already and the others can be, else {@link layoutOf}. */
  blockedLayoutOf(...values: readonly Value[]): Layout {
    const isInBlocks = values.some((value) => this.isBlocked(value)) && values.every((value) => this.canBlock(value));
    return isInBlocks ? this.blocked : this.layoutOf(...values);
  }

  axis(axis: number): number {
    return axis;
  }

  /** Sets the value's name in the graph, in tfjs's layout. */
  set(value: Value, name: string): void {
    this.#formsOf(value).natural = name;
  }

  /** Sets the name of the value (rank 4) in the graph, channels first. */
  setChannelsFirst(value: Value, name: string): void {
    this.#formsOf(value).channelsFirst = name;
  }

  /** Whether the value's channels are whole blocks. */
  canBlock({ shape }: Value): boolean {
    return (
      this.block !== undefined && shape.length === 4 && sizeOf(shape) > 0 && dimOf({ shape }, 3) % this.block === 0
    );
  }

  /** Whether the value is there in blocks. */
  isBlocked(value: Value): boolean {
    const { blocked, blocks } = this.#forms.get(value) ?? {};
    return blocked !== undefined || blocks !== undefined;
  }

  /** Sets the name of the value in the graph, in blocks, declared [n, c, h, w]. */
  setBlocked(value: Value, name: string): void {
    this.#formsOf(value).blocked = name;
  }

  /** The name of a value that {@link canBlock}, in blocks, declared [n, c, h, w]. */
  getBlocked(value: Value): string {
    const forms = this.#formsOf(value);
    if (forms.blocked !== undefined) return forms.blocked;
    const [n, h, w, c] = shape4(value);
    if (forms.blocks !== undefined || value.dtype !== "float32") {
      forms.blocked = this.reshape(this.getBlocks(value), [n, c, h, w]);
    } else {
      const { channelsFirst = this.get(value) } = forms;
      const isLast = channelsFirst !== forms.channelsFirst;
      forms.blocked = this.nchwc("ReorderInput", [channelsFirst], { channels_last: int(isLast ? 1 : 0) });
    }
    return forms.blocked;
  }

  /** Sets the name of the value in the graph, as [n, c / block, h, w, block]. */
  setBlocks(value: Value, name: string): void {
    this.#formsOf(value).blocks = name;
  }

  /** The name of a value that {@link canBlock}, as [n, c / block, h, w, block]. */
  getBlocks(value: Value): string {
    const forms = this.#formsOf(value);
    if (forms.blocks !== undefined) return forms.blocks;
    const [n, h, w, c] = shape4(value);
    const { block = c } = this;
    if (forms.blocked === undefined && value.dtype !== "float32") {
      forms.blocks = this.transpose(this.reshape(this.get(value), [n, h, w, c / block, block]), [0, 3, 1, 2, 4]);
    } else forms.blocks = this.reshape(this.getBlocked(value), [n, c / block, h, w, block]);
    return forms.blocks;
  }

  /** Marks a value that repeats one number, which is in the graph as a scalar of this name. */
  setUniform(value: Value, scalar: string): void {
    this.#formsOf(value).uniform = scalar;
  }

  /** The scalar that the value repeats, if it does. */
  uniform(value: Value): string | undefined {
    return this.#forms.get(value)?.uniform;
  }

  /** Marks a value that is another one broadcast to its shape; it is written out only where that is needed. */
  setBroadcast(value: Value, source: Value): void {
    const scalar = this.uniform(source);
    if (scalar === undefined) this.#formsOf(value).source = this.source(source) ?? source;
    else this.setUniform(value, scalar);
  }

  /** Marks a value that is another one, of the same shape. */
  setAlias(value: Value, other: Value): void {
    this.#forms.set(value, this.#formsOf(other));
  }

  /** Whether a single call reads the value, which then need not be computed by itself. */
  isReadOnce(value: Value): boolean {
    return this.#uses.get(value) === 1;
  }

  /** What the value is a broadcast of, if it is one. */
  source(value: Value): Value | undefined {
    return this.#forms.get(value)?.source;
  }

  /** The value's name in tfjs's layout. */
  get(value: Value): string {
    const forms = this.#formsOf(value);
    const { natural, source, uniform, channelsFirst } = forms;
    if (natural !== undefined) return natural;
    const expand = (name: string): string => this.node("Expand", [name, this.int64s(value.shape)]);
    if (source !== undefined) forms.natural = expand(this.get(source));
    else if (uniform !== undefined) forms.natural = value.shape.length === 0 ? uniform : expand(uniform);
    else if (channelsFirst !== undefined) forms.natural = this.transpose(channelsFirst, [0, 2, 3, 1]);
    else if (this.isBlocked(value)) forms.natural = this.#unblock(value, true);
    else throw new Error(`internal: a ${value.dtype} value of shape [${value.shape}] is used before it is lowered`);
    return forms.natural;
  }

  /** The name of a value of rank 4 with channels first. */
  getChannelsFirst(value: Value): string {
    const forms = this.#formsOf(value);
    forms.channelsFirst ??= this.isBlocked(value)
      ? this.#unblock(value, false)
      : this.toChannelsFirst(this.get(value), value.shape);
    return forms.channelsFirst;
  }

  #unblock(value: Value, channelsLast: boolean): string {
    const [n, h, w, c] = shape4(value);
    if (value.dtype === "float32") {
      const attributes = { channels: int(c), channels_last: int(channelsLast ? 1 : 0) };
      return this.nchwc("ReorderOutput", [this.getBlocked(value)], attributes);
    }
    const perm = channelsLast ? [0, 2, 3, 1, 4] : [0, 1, 4, 2, 3];
    return this.reshape(this.transpose(this.getBlocks(value), perm), channelsLast ? [n, h, w, c] : [n, c, h, w]);
  }

  /** Whether the value is already there channels first, so that working in that layout saves a transposition. */
  isChannelsFirst(value: Value): boolean {
    return this.#forms.get(value)?.channelsFirst !== undefined;
  }

  /** A derived form of the value, made once by `make` and shared by all kernels that use the same label. */
  derive(value: Value, label: string, make: () => string): string {
    const { derived } = this.#formsOf(value);
    derived[label] ??= make();
    return derived[label];
  }

  /** Adds a node and returns its first output's name. */
  node(op: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}): string {
    const output = this.graph.node(op, inputs, attributes);
    this.#autocast?.note(output, { op, inputs, attributes });
    return output;
  }

  /** What a convolution or a matmul reads of a float32 value: with autocast, in half precision. See {@link single}. */
  half(name: string): string {
    return this.isSingle ? name : (this.#autocast?.half(name) ?? name);
  }

  /** The float32 value of a result that was computed from {@link half} ones. */
  single(name: string): string {
    return this.isSingle ? name : (this.#autocast?.single(name) ?? name);
  }

  /** Adds a node of ONNX Runtime's own operator set (`com.microsoft`). */
  microsoft(op: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}): string {
    return this.graph.node(op, inputs, attributes, { domain: "com.microsoft" });
  }

  /**
   * Adds a node of ONNX Runtime's operators on blocks of channels (`com.microsoft.nchwc`). An empty name leaves an optional
   * input out.
   */
  nchwc(op: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}): string {
    const read = inputs.slice(0, inputs.findLastIndex((name) => name !== "") + 1);
    return this.graph.node(op, read, attributes, { domain: "com.microsoft.nchwc" });
  }

  /**
   * Goes over slices along the first axis of sequences, one after the other and without copying them.
   *
   * @param totals shapes of totals, which begin as zeros
   * @param made shapes of the slices that are made of each, and become sequences themselves
   * @param next writes the nodes of a step, of the totals so far and the sequences' slices; returns the new totals and what is
   * made. It must not ask for forms of values: what is written inside cannot be read outside
   * @returns the totals, and the sequences
   */
  scan(
    { totals = [], made = [] }: { totals?: readonly (readonly number[])[]; made?: readonly (readonly number[])[] },
    sequences: readonly { name: string; shape: readonly number[] }[],
    next: (totals: readonly string[], slices: readonly string[]) => readonly string[],
  ): string[] {
    const info = (shape: readonly number[]) => ({ type: "float32" as const, shape });
    const slices = sequences.map(({ shape }) => info(shape.slice(1)));
    const outputs = [...totals, ...made].map(info);
    this.#isInBody = true;
    const body = this.graph.body([...totals.map(info), ...slices], (...names) =>
      next(names.slice(0, totals.length), names.slice(totals.length)).map((name, i) => ({ name, ...outputs[i]! })),
    );
    this.#isInBody = false;
    const zeros = totals.map((shape) => this.node("ConstantOfShape", [this.int64s(shape)]));
    const inputs = [...zeros, ...sequences.map(({ name }) => name)];
    const attributes = { body, num_scan_inputs: int(sequences.length) };
    return this.graph.multi("Scan", inputs, attributes, { outputs: outputs.length });
  }

  /** Adds a node of two outputs and returns their names. */
  pair(op: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}): [string, string] {
    const [first = "", second = ""] = this.graph.multi(op, inputs, attributes, { outputs: 2 });
    return [first, second];
  }

  /** Cuts a tensor along an axis to parts of these sizes, and returns their names. */
  split(name: string, sizes: readonly number[], axis: number): string[] {
    return this.graph.multi("Split", [name, this.int64s(sizes)], { axis: int(axis) }, { outputs: sizes.length });
  }

  /** A constant tensor; the builder shares equal small ones. */
  constant(type: TensorType, data: TensorValue["data"], shape: readonly number[] = [data.length]): string {
    return this.graph.initializer({ type, shape, data });
  }

  /** A scalar of the element type. */
  scalar(value: number, dtype: NumericType = "float32"): string {
    return this.constant(dtype, hostArray(dtype, [dtype === "bool" && value ? 1 : value]), []);
  }

  /** A vector of int64, the type of ONNX's shapes, axes and indices. */
  int64s(values: readonly number[]): string {
    const key = values.join();
    const known = this.#int64s.get(key) ?? this.constant("int64", BigInt64Array.from(values, BigInt));
    this.#int64s.set(key, known);
    return known;
  }

  transpose(name: string, perm: readonly number[]): string {
    return perm.every((axis, i) => axis === i) ? name : this.node("Transpose", [name], { perm: ints(perm) });
  }

  /** The elements in another shape; shapes of one value, also those of its reshapes, are made once. */
  reshape(name: string, shape: readonly number[]): string {
    const source = this.#reshaped.get(name) ?? name;
    const key = `${source} ${shape}`;
    const known = this.#reshapes.get(key);
    if (known !== undefined) return known;
    // Without `allowzero` a 0 means "keep the input's dimension"; empty tensors need the literal meaning.
    const attributes: Record<string, Attribute> = shape.includes(0) ? { allowzero: int(1) } : {};
    const output = this.node("Reshape", [source, this.int64s(shape)], attributes);
    if (!this.#isInBody) {
      this.#reshapes.set(key, output);
      this.#reshaped.set(output, source);
    }
    return output;
  }

  /** The elements as another type; `from` is the type that they have, where it may be that one already. */
  cast(name: string, to: TensorType, from?: NumericType): string {
    return from === to ? name : this.node("Cast", [name], { to: elementType(to) });
  }

  /** Moves the last axis of a rank-4 tensor to the second place: a transposition, or a reshape where that is enough. */
  toChannelsFirst(name: string, shape: readonly number[]): string {
    const [n, h, w, c] = shape4({ shape });
    if (c === 1 || h * w === 1) return this.reshape(name, [n, c, h, w]);
    return this.transpose(name, [0, 3, 1, 2]);
  }

  #formsOf(value: Value): Forms {
    const forms = this.#forms.get(value) ?? { derived: {} };
    this.#forms.set(value, forms);
    return forms;
  }
}
