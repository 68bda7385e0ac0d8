import type { FoundBox } from "../api/types.ts";
import { classColor } from "./class-color.ts";
import { lowestConfidence } from "./detections.ts";

/** A tick for every box at its confidence: shows what the slider will keep. */
export function ConfidenceStrip({ boxes, conf }: { boxes: readonly FoundBox[]; conf: number }) {
  return (
    <div className="strip" aria-hidden="true">
      {boxes.map((box) => (
        <i
          key={`${box.class} ${box.x1} ${box.y1} ${box.x2} ${box.y2}`}
          className={box.confidence < conf ? "out" : ""}
          style={{
            left: `${((box.confidence - lowestConfidence) / (1 - lowestConfidence)) * 100}%`,
            background: classColor(box.class),
          }}
        />
      ))}
    </div>
  );
}
