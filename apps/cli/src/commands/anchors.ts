import { type CommandWork, work } from "../command.ts";
import { fetching } from "./load-model.ts";

/** `lookonce anchors`: anchors that fit a data set, as YOLOv5's `kmean_anchors`. */
export const anchors: CommandWork = work("anchors", {
  examples: ["lookonce anchors data=coco128.yaml n=9 imgsz=640", "lookonce anchors data=pets.yaml model=yolov5n.pt"],
  async run({ model, gen }, terminal, args) {
    const { fitAnchors } = await import("@lookonce/yolo");
    // The search is one long computation
    terminal.endAtInterrupt();
    const found = await terminal.during("fitting anchors", () => fitAnchors({ ...args, ...fetching(terminal) }));
    const describe = ({ recall, perTarget, fitness }: Omit<typeof found, "anchors" | "start">): string =>
      `${perTarget.toFixed(2)} anchors/target, ${recall.toFixed(4)} best possible recall (BPR), fitness ${fitness.toFixed(4)}`;
    if (found.model !== undefined) terminal.say(`${model}: ${describe(found.model)}`);
    terminal.say(`after k-means: ${describe(found.start)}`, `after ${gen} generations: ${describe(found)}`);
    terminal.say(found.anchors.map((sides) => sides.map(Math.round).join(",")).join(", "));
    return { ...found };
  },
});
