import type { ReactNode } from "react";
import type { FoundBox } from "../api/types.ts";
import { classColor, classTextColor } from "./class-color.ts";
import { ShapeLayer } from "./shape-layer.tsx";

export interface StageProps {
  /** The image, or the camera's canvas. */
  children: ReactNode;
  width: number;
  height: number;
  boxes: readonly FoundBox[];
  active: FoundBox | undefined;
  onActive: (box: FoundBox | undefined) => void;
  busy: boolean;
}

/** An image with boxes over it, as large as there is room. */
export function Stage({ children, width, height, boxes, active, onActive, busy }: StageProps) {
  const stacked = largestFirst(boxes);
  return (
    <div className="stage" aria-busy={busy}>
      <div
        // Of a camera or a video, the active box may be one of an earlier frame
        className={`frame${active && stacked.includes(active) ? " has-active" : ""}`}
        style={{ "--ratio": width / height, aspectRatio: `${width} / ${height}` } as React.CSSProperties}
      >
        {children}
        <ShapeLayer {...{ boxes: stacked, width, height, active }} />
        {/* The list beside the image says the same in words. */}
        <div className="boxes" aria-hidden="true">
          {stacked.map((box) => (
            <Box
              key={`${box.class} ${box.x1} ${box.y1} ${box.x2} ${box.y2}`}
              box={box}
              size={{ width, height }}
              active={box === active}
              onActive={onActive}
            />
          ))}
        </div>
      </div>
      <div className="stage-progress" hidden={!busy} />
    </div>
  );
}

/** Small boxes lie on top, so that the pointer reaches them. */
function largestFirst(boxes: readonly FoundBox[]): FoundBox[] {
  const area = ({ x1, y1, x2, y2 }: FoundBox) => (x2 - x1) * (y2 - y1);
  return [...boxes].sort((a, b) => area(b) - area(a));
}

interface BoxProps {
  box: FoundBox;
  size: { width: number; height: number };
  active: boolean;
  onActive: (box: FoundBox | undefined) => void;
}

function Box({ box, size, active, onActive }: BoxProps) {
  const { x1, y1, x2, y2, name, confidence, id } = box;
  const percent = (part: number, whole: number) => `${(part / whole) * 100}%`;
  // Where there is no room above the box, its label stands inside; near the right edge it grows to the left.
  const inside = y1 / size.height < 0.06;
  const leftwards = x1 / size.width > 0.8;
  return (
    <div
      className={`box${active ? " active" : ""}${box.obb ? " turned" : ""}${inside ? " inside" : ""}${leftwards ? " leftwards" : ""}`}
      style={
        {
          left: percent(x1, size.width),
          top: percent(y1, size.height),
          width: percent(x2 - x1, size.width),
          height: percent(y2 - y1, size.height),
          // Tracked objects are known by their colors
          "--class": classColor(id ?? box.class),
          "--on-class": classTextColor(id ?? box.class),
        } as React.CSSProperties
      }
      data-class={name}
      onPointerEnter={() => onActive(box)}
      onPointerLeave={() => onActive(undefined)}
    >
      <span className="box-label">
        {id === undefined ? name : `${id} ${name}`} <b>{confidence.toFixed(2)}</b>
      </span>
    </div>
  );
}
