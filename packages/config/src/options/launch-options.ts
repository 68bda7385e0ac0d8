import { integer, number, setBy, text } from "./define.ts";
import type { OptionTable } from "./option.ts";

/** Options of `launch`. */
export const launchOptions: OptionTable = setBy(["cli"], {
  ranks: integer("processes that train together", undefined, {
    defaultText: "as many as the launcher starts by itself",
    min: 1,
  }),
  restarts: integer("starts after ranks were lost, each from the last checkpoint", 3, { min: 0 }),
  restart_delay: number("seconds before each of them", 5, { min: 0 }),
  hosts: text("a:2,b:2", "machines, with the number of ranks of each", undefined, {
    defaultText: "this one, or those that mpirun's settings name",
  }),
  launcher: text('"srun --mpi=pmix"', "program that starts the ranks, with its arguments", undefined, {
    defaultText: "mpirun",
  }),
});
