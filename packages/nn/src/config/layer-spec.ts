import type { ActivationName } from "../functional/silu.ts";
import type { Module } from "../module.ts";
import type { BuildContext, ModuleSpec } from "./module-spec.ts";

/** What the methods of `Args` return. */
interface Kinds {
  size: number;
  odd: number;
  odds: readonly number[];
  optionalWhole: number | undefined;
  sizeOrNone: number | undefined;
  flag: boolean;
  share: number;
}

/** Arguments after the channels, in order: the name of each, its kind and its default. */
type Fields = Readonly<Record<string, { [K in keyof Kinds]: readonly [kind: K, preset?: Kinds[K]] }[keyof Kinds]>>;

/** A layer's arguments by name, with its repeats where they are the module's, and the model's activation. */
export type LayerOptions<F extends Fields> = { [K in keyof F]: Kinds[F[K][0]] } & {
  repeats: number;
  activation: ActivationName;
};

/** Builds a module from the channels in and out, checking what spans several arguments. */
type Make<F extends Fields> = (
  channels: readonly [input: number, output: number],
  options: LayerOptions<F>,
  context: BuildContext,
) => Module;

/** Spec of a module with one input whose first argument is its channels out, which are scaled. */
export function layerSpec<const F extends Fields>(
  fields: F,
  make: Make<F>,
  { repeatsInside = false }: Pick<ModuleSpec, "repeatsInside"> = {},
): ModuleSpec {
  return {
    repeatsInside,
    build(context) {
      const { args, inputs, activation } = context;
      const output = context.scaleWidth(args.size("channels"));
      const values = Object.entries(fields).map(([name, [kind, preset]]) => {
        return [name, kind === "optionalWhole" ? args[kind](name) : args[kind](name, preset as never)];
      });
      const repeats = repeatsInside ? context.repeats : 1;
      const options = { ...Object.fromEntries(values), repeats, activation } as LayerOptions<F>;
      const input = inputs.only();
      const module = make([input, output], options, context);
      return { module, args: [input, output, ...(repeatsInside ? [repeats] : []), ...args.given(1)] };
    },
  };
}
