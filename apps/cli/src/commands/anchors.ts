import { type Command, command } from "../command.ts";
import { integer, number, requiredText, text } from "../options/option.ts";
import { fetching } from "./load-model.ts";
import { imgszOption, outputOptions } from "./shared-options.ts";

/** `lookonce anchors`: anchors that fit a data set, as YOLOv5's `kmean_anchors`. */
export const anchors: Command = command({
  name: "anchors",
  summary: "Finds anchors for YOLOv5 that fit a data set's boxes.",
  options: {
    data: requiredText("data set file", "file.yaml"),
    split: text({ help: "part to look at", expects: "name", fallback: "train" }),
    model: text({ help: "a YOLOv5 model to compare with", expects: "file", fallback: undefined }),
    n: integer({ help: "how many (default as many as the model has, or 9)", fallback: undefined, min: 1 }),
    imgsz: imgszOption(640),
    anchor_t: number({ help: "largest ratio of a box's side to an anchor's", fallback: 4, min: 1 }),
    gen: integer({ help: "changes that are tried after k-means", fallback: 1000, min: 0 }),
    seed: integer({ help: "seed of the search", fallback: 0, min: 0 }),
    ...outputOptions,
  },
  examples: ["lookonce anchors data=coco128.yaml n=9 imgsz=640", "lookonce anchors data=pets.yaml model=yolov5n.pt"],
  async run({ data, split, model, n, imgsz, anchor_t: threshold, gen: generations, seed }, terminal) {
    const { fitAnchors } = await import("lookonce");
    // The search is one long computation
    terminal.endAtInterrupt();
    const found = await terminal.during("fitting anchors", () =>
      fitAnchors({
        ...{ data, split, imgsz, threshold, generations, seed, ...fetching(terminal) },
        ...(model === undefined ? {} : { model }),
        ...(n === undefined ? {} : { count: n }),
      }),
    );
    const tell = ({ recall, perTarget, fitness }: Omit<typeof found, "anchors" | "start">): string =>
      `${perTarget.toFixed(2)} anchors/target, ${recall.toFixed(4)} best possible recall (BPR), fitness ${fitness.toFixed(4)}`;
    if (found.model !== undefined) terminal.say(`${model}: ${tell(found.model)}`);
    terminal.say(`after k-means: ${tell(found.start)}`);
    terminal.say(`after ${generations} generations: ${tell(found)}`);
    terminal.say(found.anchors.map((sides) => sides.map(Math.round).join(",")).join(", "));
    return { ...found };
  },
});
