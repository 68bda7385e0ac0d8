import { makeDetections } from "@lookonce/geometry";
import { Results, ResultsTracker } from "@lookonce/inference";
import { parseZones } from "@lookonce/tracking";

const size = { width: 640, height: 360 };
const names = ["disk", "box"];

/** Shapes that walk; every third walks the other way. */
const shapes = Array.from({ length: 9 }, (_, i) => ({
  ...{ x: 40 + 66 * i, y: 60 + ((i * 97) % 240), side: 34 + 6 * (i % 4), label: i % 2 },
  ...{ dx: i % 3 === 0 ? -4 : 3.2, dy: ((i * 5) % 7) - 3 },
}));

function paint(shown) {
  const data = new Uint8Array(size.width * size.height * 3);
  for (let i = 0; i < data.length; i += 3) data.set([236, 238, 240 - ((i / 3 / size.width) % 40) / 2], i);
  for (const { x, y, side, label } of shown) {
    for (let row = Math.max(0, Math.floor(y - side / 2)); row < Math.min(size.height, y + side / 2); row++) {
      for (let column = Math.max(0, Math.floor(x - side / 2)); column < Math.min(size.width, x + side / 2); column++) {
        if (label === 0 && Math.hypot(column - x, row - y) > side / 2) continue;
        data.set(label === 0 ? [70, 96, 120] : [122, 88, 70], 3 * (row * size.width + column));
      }
    }
  }
  return { ...size, data };
}

/** The last frame of a drawn video, tracked and counted, as an image. */
export async function trackingImage() {
  const zones = parseZones(
    {
      lines: {
        gate: [
          [320, 20],
          [320, 340],
        ],
      },
      zones: {
        yard: [
          [420, 60],
          [620, 60],
          [620, 300],
          [420, 300],
        ],
      },
    },
    "zones",
  );
  const tracker = new ResultsTracker({ zones, settings: { tracker_type: "bytetrack" } });
  let last;
  for (let frame = 0; frame < 40; frame++) {
    const shown = shapes.map((shape) => ({
      ...shape,
      x: shape.x + shape.dx * frame,
      y: bounce(shape.y + shape.dy * frame),
    }));
    const inside = shown.filter(({ x, side }) => x > side / 2 && x < size.width - side / 2);
    const boxes = makeDetections(
      inside.flatMap(({ x, y, side }) => [x - side / 2, y - side / 2, x + side / 2, y + side / 2]),
      inside.map(({ label }) => 0.9 - 0.05 * label),
      inside.map(({ label }) => label),
    );
    const speed = { preprocess: 0, inference: 0, postprocess: 0 };
    const image = frame === 39 ? paint(inside) : { ...size, data: new Uint8Array() };
    last = tracker.track(new Results({ path: "drawn", image, boxes, names, speed, inputSize: size }));
  }
  return last.plot();
}

/** Between 30 and 330. */
function bounce(y) {
  const way = (((y - 30) % 600) + 600) % 600;
  return 30 + (way > 300 ? 600 - way : way);
}
