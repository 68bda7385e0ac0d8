import type { Random } from "@lookonce/random";

/** Changes an input. */
export type Mutate = (bytes: Uint8Array, random: Random) => Uint8Array;

/** A reader of files from strangers, and inputs to try it with. */
export interface Target {
  /** Name of the input file, by whose ending readers know its format. */
  file: string;
  /** Valid inputs, from which others are made. */
  seeds(): Uint8Array[] | Promise<Uint8Array[]>;
  mutate: Mutate;
  /** Writes what has to lie beside the input, once for each folder. */
  prepare?(folder: string): void | Promise<void>;
  /** Ends what `prepare` began. */
  close?(): unknown;
  /** Reads the input. Its result does not matter; anything thrown but a `LookonceError` is a finding. */
  read(file: string): unknown;
}
