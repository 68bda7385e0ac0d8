import type { FoundBox } from "../api/types.ts";
import { classColor } from "./class-color.ts";
import { lowestConfidence } from "./detections.ts";

interface ConfidenceStripProps {
  boxes: readonly FoundBox[];
  conf: number;
  /** Where the slider starts. */
  lowest?: number;
}

/** A tick for every box at its confidence: shows what the slider will keep. */
export function ConfidenceStrip({ boxes, conf, lowest = lowestConfidence }: ConfidenceStripProps) {
  return (
    <div className="strip" aria-hidden="true">
      {boxes.map((box) => (
        <i
          key={`${box.class} ${box.x1} ${box.y1} ${box.x2} ${box.y2}`}
          className={box.confidence < conf ? "out" : ""}
          style={{
            left: `${((box.confidence - lowest) / (1 - lowest)) * 100}%`,
            background: classColor(box.class),
          }}
        />
      ))}
    </div>
  );
}
