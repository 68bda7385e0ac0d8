import { Adam } from "./adam.ts";
import type { AdamOptions } from "./adam-moments.ts";
import type { GroupedParameter } from "./parameter-groups.ts";

/**
 * {@link Adam} with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101): weights first lose the share
 * rate · decay.
 */
export class AdamW extends Adam {
  constructor(parameters: readonly GroupedParameter[], options: AdamOptions = {}) {
    super(parameters, options, "decoupled");
  }
}
