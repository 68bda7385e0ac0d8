/** A class or function that a pickle names: a name and a rule for building a value; nothing is imported or run. */
export class PickledGlobal {
  readonly module: string;
  readonly name: string;
  /** Builds the value that stands for a call of this global. */
  readonly construct: (args: readonly unknown[], self: PickledGlobal) => unknown;

  constructor(module: string, name: string, construct: PickledGlobal["construct"] = record) {
    this.module = module;
    this.name = name;
    this.construct = construct;
  }

  /** `module.name`. */
  get path(): string {
    return `${this.module}.${this.name}`;
  }
}

/** An object of a pickle as an inert record: which class, built from what, with what content. */
export class PickledObject {
  readonly module: string;
  readonly name: string;
  readonly args: readonly unknown[];
  /** What the pickle sets as the object's state, usually a `Map` of its attributes. */
  state: unknown;
  /** Items of an object whose class derives from `dict`. */
  entries: Map<unknown, unknown> | undefined;
  /** Items of an object whose class derives from `list` or `set`. */
  elements: unknown[] | undefined;

  constructor(module: string, name: string, args: readonly unknown[]) {
    this.module = module;
    this.name = name;
    this.args = args;
  }

  /** `module.name`. */
  get path(): string {
    return `${this.module}.${this.name}`;
  }

  /** An attribute set by the pickled state, or `undefined`. */
  attribute(name: string): unknown {
    const { state } = this;
    if (state instanceof Map) return state.get(name);
    // With __slots__ the state is a pair: attributes of __dict__ (or None), attributes of the slots.
    if (Array.isArray(state)) {
      for (const part of state.slice(0, 2)) if (part instanceof Map && part.has(name)) return part.get(name);
    }
    return undefined;
  }
}

const dictStates = new WeakMap<object, unknown>();

/** Remembers what a pickle sets as the state of a dict: attributes of its own, besides its items. */
export function setDictState(dict: ReadonlyMap<unknown, unknown>, state: unknown): void {
  dictStates.set(dict, state);
}

/** An attribute of a dict's own, such as `_metadata` of a `state_dict`. */
export function dictAttribute(dict: ReadonlyMap<unknown, unknown>, name: string): unknown {
  const state = dictStates.get(dict);
  return state instanceof Map ? state.get(name) : undefined;
}

/** The default rule of a {@link PickledGlobal}: an inert record. */
export function record(args: readonly unknown[], self: PickledGlobal): PickledObject {
  return new PickledObject(self.module, self.name, args);
}
