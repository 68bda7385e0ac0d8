import { useEffect, useRef } from "react";
import type { FoundBox } from "../api/types.ts";
import { Button } from "../controls/button.tsx";
import { classColor } from "./class-color.ts";

interface DetectionListProps {
  boxes: readonly FoundBox[];
  active: FoundBox | undefined;
  onActive: (box: FoundBox | undefined) => void;
}

/** What was found, in words; a row and its box light up together. */
export function DetectionList({ boxes, active, onActive }: DetectionListProps) {
  const list = useRef<HTMLUListElement>(null);
  const activeAt = active === undefined ? -1 : boxes.indexOf(active);
  useEffect(() => {
    if (activeAt < 0 || list.current === null || list.current.matches(":hover")) return;
    // Scrolls the list alone, not the page.
    const row = list.current.children[activeAt] as HTMLElement | undefined;
    if (row === undefined) return;
    const { scrollTop, clientHeight } = list.current;
    if (row.offsetTop < scrollTop) list.current.scrollTop = row.offsetTop;
    else if (row.offsetTop + row.offsetHeight > scrollTop + clientHeight) {
      list.current.scrollTop = row.offsetTop + row.offsetHeight - clientHeight;
    }
  }, [activeAt]);
  return (
    <ul className="detections" ref={list} aria-label="What was found">
      {boxes.map((box, i) => (
        <li key={`${box.class} ${box.x1} ${box.y1} ${box.x2} ${box.y2}`}>
          <Button
            className={`detection${i === activeAt ? " active" : ""}`}
            onPointerEnter={() => onActive(box)}
            onPointerLeave={() => onActive(undefined)}
            onFocus={() => onActive(box)}
            onBlur={() => onActive(undefined)}
            onClick={() => onActive(box)}
          >
            <span className="dot" style={{ background: classColor(box.class) }} />
            <span className="detection-name">{box.name}</span>
            <span className="detection-place">
              {Math.round(box.x2 - box.x1)} × {Math.round(box.y2 - box.y1)}
              <span className="visually-hidden">
                {" "}
                pixels at {Math.round(box.x1)}, {Math.round(box.y1)}, confidence{" "}
              </span>
            </span>
            <span className="detection-confidence">{box.confidence.toFixed(2)}</span>
          </Button>
        </li>
      ))}
    </ul>
  );
}
