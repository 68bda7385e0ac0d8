import { flag, integer, number, setBy, text } from "./define.ts";
import type { OptionTable } from "./option.ts";
import { predictOptions } from "./predict-options.ts";
import { branch, device, modelImgsz, notServer, outputDirectory, suppression, task } from "./shared-options.ts";

const tracker = text("file.yaml", "bytetrack.yaml, botsort.yaml or a file of your own", "botsort.yaml");
const conf = number("detections need a confidence above this; weak ones continue tracks only", 0.1, { min: 0, max: 1 });

/** Options of `track`. */
export const trackOptions: OptionTable = {
  ...predictOptions,
  conf,
  ...setBy(notServer, {
    tracker,
    persist: flag("keep identities from one video, or one call of the library, to the next", false),
    trails: integer("frames for which the way of an object is drawn; 0 draws none", 30, { min: 0 }),
    zones: text("file.yaml", "lines and zones to count objects at"),
    save_events: flag("with zones, save what happens as it happens, in events.csv and events.jsonl", true, {
      libraryDefault: false,
    }),
    save_txt: flag("save tracks in MOTChallenge's form in tracks/", false),
    save_conf: flag("without effect: tracks are always saved with confidences", false),
  }),
  ...outputDirectory("track"),
};

/** Options of `val track`. */
export const valTrackOptions: OptionTable = {
  ...setBy(["cli"], { model: text("file", "weights of a detector; not needed with tracks=") }),
  ...task,
  ...setBy(notServer, {
    source: text(
      "folder",
      "sequences in MOTChallenge's form: NAME/gt/gt.txt and NAME/img1, or one of them",
      undefined,
      {
        required: true,
      },
    ),
    tracks: text("folder", "score these files, NAME.txt each, and run no model"),
    tracker,
  }),
  ...modelImgsz({ trained: true }),
  ...suppression("predict"),
  conf,
  ...branch,
  ...device,
};
