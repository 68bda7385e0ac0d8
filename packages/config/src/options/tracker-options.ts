import { choice, flag, integer, number, text } from "./define.ts";
import type { OptionTable } from "./option.ts";

const share = { min: 0, max: 1 };

/** The keys of a tracker's YAML file, with the defaults that `bytetrack.yaml` and `botsort.yaml` share. */
export const trackerOptions: OptionTable = {
  tracker_type: choice(["bytetrack", "botsort"], "algorithm", "botsort"),
  track_high_thresh: number("score from which detections are matched first", 0.25, share),
  track_low_thresh: number("score above which detections continue tracks that are left", 0.1, share),
  new_track_thresh: number("score from which an unmatched detection starts a track", 0.25, share),
  track_buffer: integer("frames for which a lost track can be found again, at 30 frames a second", 30, { min: 0 }),
  match_thresh: number("largest cost of a match, 1 − IoU", 0.8, share),
  fuse_score: flag("multiply the IoU by the detection's score", true),
  frame_rate: number("frames a second; scales track_buffer", 30, { min: 0.001, max: 1000 }),
  gmc_method: choice(
    ["none", "sparseOptFlow", "orb", "sift", "ecc"],
    "how the motion of the camera is estimated; all but none are sparseOptFlow here (BoT-SORT)",
    "sparseOptFlow",
  ),
  proximity_thresh: number("smallest IoU at which appearance counts (BoT-SORT)", 0.5, share),
  appearance_thresh: number("smallest likeness, (1 + cosine) / 2, at which appearance counts (BoT-SORT)", 0.8, share),
  with_reid: flag("match by appearance, too: by the colors in the boxes (BoT-SORT)", false),
  model: text("auto", "what recognizes objects; auto, their colors, is all there is (BoT-SORT)", "auto"),
};
