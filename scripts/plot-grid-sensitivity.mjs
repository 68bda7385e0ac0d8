// Draws docs/images/grid-sensitivity.png: how a logit becomes the place and the size of a box, in YOLOv3 and in
// YOLOv5. docs/losses.md argues with it.
//
//     npm run build && node scripts/plot-grid-sensitivity.mjs

import { fileURLToPath } from "node:url";
import { plotLines, writePlot } from "@lookonce/plots";

const sigmoid = (t) => 1 / (1 + Math.exp(-t));
const logits = Float64Array.from({ length: 241 }, (_, i) => i / 20 - 6);
const curve = (name, f) => ({ name, x: logits, y: logits.map(f) });
const slope = (f) => (t) => (f(t + 1e-4) - f(t - 1e-4)) / 2e-4;

const place = { old: sigmoid, now: (t) => 2 * sigmoid(t) - 0.5 };
const size = { old: Math.exp, now: (t) => (2 * sigmoid(t)) ** 2 };
const ends = [logits[0], logits.at(-1)];

// Beyond the panel the line would leave it: what is not drawn is not a number.
const within = (f, limit) => (t) => (f(t) <= limit ? f(t) : Number.NaN);

const png = await plotLines(
  [
    {
      title: "Center, in cells from the cell's corner",
      xLabel: "logit t",
      yDomain: [-0.5, 1.5],
      series: [
        curve("σ(t)", place.old),
        curve("2σ(t) − 0.5", place.now),
        // One line, so that it has one color: along the lower border and back along the upper one.
        { name: "cell's borders", x: [ends[0], ends[1], ends[1], ends[0]], y: [0, 0, 1, 1] },
      ],
    },
    {
      title: "Side, in sides of the anchor",
      xLabel: "logit t",
      yDomain: [0, 8],
      series: [
        curve("exp(t)", within(size.old, 8)),
        curve("(2σ(t))²", size.now),
        { name: "anchor_t = 4", x: ends, y: [4, 4] },
      ],
    },
    {
      title: "Slope of the side in the logit",
      xLabel: "logit t",
      yDomain: [0, 8],
      series: [curve("exp(t)", within(slope(size.old), 8)), curve("(2σ(t))²", slope(size.now))],
    },
  ],
  { columns: 3, panelWidth: 380, panelHeight: 300 },
);
await writePlot(fileURLToPath(new URL("../docs/images/grid-sensitivity.png", import.meta.url)), png);
