import type { RefObject } from "react";
import { classColor, classTextColor } from "../../../../server/web/src/detect/class-color.ts";
import { areaOf, type Corners, handles } from "../project/box-geometry.ts";
import type { Box, ClassEntry, ImageEntry, Proposal } from "../project/project.ts";
import { useBlobUrl } from "../state/use-blob-url.ts";
import { useStudio } from "../state/use-studio.ts";
import { usePointer } from "./use-pointer.ts";
import type { ViewportControl } from "./use-viewport.ts";

interface StageProps {
  stage: RefObject<HTMLElement | null>;
  image: ImageEntry;
  control: ViewportControl;
  selected: Box | undefined;
  /** The class of boxes to be drawn. */
  active: ClassEntry | undefined;
  onSelect: (id: number | undefined) => void;
  onDraw: (corners: Corners) => void;
  onChange: (id: number, corners: Corners) => void;
}

/** An image with its boxes and proposals, to draw on. */
export function Stage({ stage, image, control, selected, active, onSelect, onDraw, onChange }: StageProps) {
  const { studio, project } = useStudio();
  const url = useBlobUrl(image.name, (name) => studio.image(name));
  const { draft, handlers } = usePointer({ image, selected, control, onSelect, onDraw, onChange });
  const { scale, x, y } = control.viewport;
  const classes = new Map(project.classes.map((entry) => [entry.id, entry]));
  // Small boxes lie on top
  const stacked = [...image.boxes, ...image.proposals].sort((a, b) => areaOf(b) - areaOf(a));
  return (
    <section
      ref={stage}
      className="label-stage"
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: keys draw, move and select boxes
      tabIndex={0}
      aria-label={`${image.name}, ${image.boxes.length} boxes. Keys: B draws a box, N selects the next one.`}
      {...handlers}
    >
      <div
        className={`label-image${scale > 4 ? " pixels" : ""}`}
        style={{ width: image.width * scale, height: image.height * scale, transform: `translate(${x}px, ${y}px)` }}
      >
        {url && <img src={url} alt="" draggable={false} />}
        {stacked.map((box) => (
          <BoxMark
            key={box.id}
            box={draft?.id === box.id ? { ...box, ...draft.corners } : box}
            entry={classes.get(box.classId)}
            confidence={"confidence" in box ? (box as Proposal).confidence : undefined}
            isSelected={box.id === selected?.id}
          />
        ))}
        {draft && draft.id === undefined && (
          <div className="mark-box drawing" style={placeOf(draft.corners, active?.color ?? 0)} />
        )}
      </div>
    </section>
  );
}

interface BoxMarkProps {
  box: Box;
  entry: ClassEntry | undefined;
  /** Of a proposal. */
  confidence: number | undefined;
  isSelected: boolean;
}

function BoxMark({ box, entry, confidence, isSelected }: BoxMarkProps) {
  const isProposal = confidence !== undefined;
  return (
    <div
      className={`mark-box${isProposal ? " proposed" : ""}${isSelected ? " selected" : ""}${box.y1 < 0.05 ? " inside" : ""}`}
      style={placeOf(box, entry?.color ?? 0)}
      data-box={box.id}
    >
      <span className="mark-label">
        {entry?.name ?? "no class"}
        {isProposal && ` ${Math.round(confidence * 100)} %?`}
      </span>
      {isSelected && handles.map((handle) => <i key={handle} data-handle={handle} />)}
    </div>
  );
}

function placeOf({ x1, y1, x2, y2 }: Corners, color: number): React.CSSProperties {
  const percent = (value: number): string => `${value * 100}%`;
  return {
    ...{ left: percent(x1), top: percent(y1), width: percent(x2 - x1), height: percent(y2 - y1) },
    ...{ "--class": classColor(color), "--on-class": classTextColor(color) },
  } as React.CSSProperties;
}
