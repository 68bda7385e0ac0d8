import { type CommandWork, work } from "../command.ts";
import { runEvolution } from "./run-evolution.ts";

/** `lookonce evolve`: searches for hyper-parameters. */
export const evolve: CommandWork = work("evolve", {
  examples: [
    "lookonce evolve model=yolov8n.pt data=coco128.yaml generations=100 epochs=10",
    "lookonce evolve resume=runs/evolve",
    "lookonce evolve model=yolov8n.pt data=coco128.yaml queue=redis://localhost:6379 storage=/shared/queue",
  ],
  run(values, terminal, args) {
    const { queue, storage, endpoint, priority } = values;
    return runEvolution({ ...values, args, shared: { queue, storage, endpoint, priority } }, terminal);
  },
});
