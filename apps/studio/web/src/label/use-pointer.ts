import { type PointerEvent, useRef, useState } from "react";
import { boxAt, boxBetween, type Corners, type Handle, moveBox, resizeBox } from "../project/box-geometry.ts";
import type { Box, ImageEntry } from "../project/project.ts";
import type { ViewportControl } from "./use-viewport.ts";
import { toFractions } from "./viewport.ts";

/** A box that a pointer is drawing or changing, before it is let go. */
export interface Draft {
  /** Absent for a new box. */
  id?: number;
  corners: Corners;
}

type Point = [x: number, y: number];

type Drag =
  | { kind: "draw"; from: Point; start: Point; over: Box | undefined }
  | { kind: "move"; from: Point; start: Point; box: Box }
  | { kind: "resize"; from: Point; start: Point; box: Box; handle: Handle }
  | { kind: "pan" };

interface PointerOptions {
  image: ImageEntry;
  selected: Box | undefined;
  control: ViewportControl;
  onSelect: (id: number | undefined) => void;
  onDraw: (corners: Corners) => void;
  onChange: (id: number, corners: Corners) => void;
}

/** Pixels that a pointer moves by accident, and sides that a new box must have. */
const [slip, leastSide] = [4, 5];

/**
 * What pointers do on the stage: a press on nothing draws a box, on the selected box moves it, on one of its handles
 * resizes it; a press that does not move selects. Two fingers move and zoom; the middle button, or Shift, moves.
 */
export function usePointer({ image, selected, control, onSelect, onDraw, onChange }: PointerOptions) {
  const pointers = useRef(new Map<number, Point>());
  const drag = useRef<Drag>(undefined);
  const [draft, setDraft] = useState<Draft>();

  const pointOf = (event: PointerEvent): Point => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  const onPointerDown = (event: PointerEvent<HTMLElement>): void => {
    const start = pointOf(event);
    event.currentTarget.setPointerCapture(event.pointerId);
    pointers.current.set(event.pointerId, start);
    setDraft(undefined);
    if (pointers.current.size > 1 || event.button === 1 || event.shiftKey) {
      drag.current = { kind: "pan" };
      return;
    }
    if (event.button !== 0) return;
    const from = toFractions(control.viewport, start, image);
    const handle = handleOf(event.target);
    const over = boxAt([...image.boxes, ...image.proposals], ...from);
    const isOnSelected = selected !== undefined && boxAt([selected], ...from) !== undefined;
    if (selected !== undefined && handle !== undefined)
      drag.current = { kind: "resize", from, start, box: selected, handle };
    else if (selected !== undefined && isOnSelected) drag.current = { kind: "move", from, start, box: selected };
    else drag.current = { kind: "draw", from, start, over };
  };
  const onPointerMove = (event: PointerEvent<HTMLElement>): void => {
    const before = pointers.current.get(event.pointerId);
    if (before === undefined || drag.current === undefined) return;
    const now = pointOf(event);
    if (drag.current.kind === "pan") {
      navigate(pointers.current, { id: event.pointerId, before, now, control });
      pointers.current.set(event.pointerId, now);
      return;
    }
    pointers.current.set(event.pointerId, now);
    if (distance(drag.current.start, now) < slip && draft === undefined) return;
    setDraft(draftOf(drag.current, toFractions(control.viewport, now, image)));
  };
  const onPointerUp = (event: PointerEvent<HTMLElement>): void => {
    if (!pointers.current.delete(event.pointerId)) return;
    const done = drag.current;
    if (pointers.current.size > 0) return;
    drag.current = undefined;
    setDraft(undefined);
    if (event.type === "pointercancel" || done === undefined || done.kind === "pan") return;
    if (draft === undefined) onSelect(done.kind === "draw" ? done.over?.id : selectBelow(done.box, image, done.from));
    else if (draft.id !== undefined) onChange(draft.id, draft.corners);
    else if (isLargeEnough(draft.corners, image, control.viewport.scale)) onDraw(draft.corners);
  };
  return { draft, handlers: { onPointerDown, onPointerMove, onPointerUp, onPointerCancel: onPointerUp } };
}

function draftOf(drag: Exclude<Drag, { kind: "pan" }>, [x, y]: Point): Draft {
  const [dx, dy] = [x - drag.from[0], y - drag.from[1]];
  if (drag.kind === "draw") return { corners: boxBetween(drag.from, [x, y]) };
  const { box } = drag;
  const corners = drag.kind === "move" ? moveBox(box, dx, dy) : resizeBox(box, drag.handle, dx, dy);
  return { id: box.id, corners };
}

/** A press on the selected box that did not move selects the smaller one under it, if there is one. */
function selectBelow(box: Box, { boxes, proposals }: ImageEntry, [x, y]: Point): number {
  return boxAt([...boxes, ...proposals], x, y)?.id ?? box.id;
}

function isLargeEnough({ x1, y1, x2, y2 }: Corners, { width, height }: ImageEntry, scale: number): boolean {
  return (x2 - x1) * width * scale >= leastSide && (y2 - y1) * height * scale >= leastSide;
}

/** One pointer moves the image, two also zoom by how far they go apart. */
function navigate(
  pointers: ReadonlyMap<number, Point>,
  { id, before, now, control }: { id: number; before: Point; now: Point; control: ViewportControl },
): void {
  const other = [...pointers].find(([pointer]) => pointer !== id)?.[1];
  if (other === undefined) control.move([now[0] - before[0], now[1] - before[1]]);
  else control.zoom(distance(other, now) / Math.max(1, distance(other, before)), other);
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

function handleOf(target: EventTarget): Handle | undefined {
  return target instanceof HTMLElement ? (target.dataset.handle as Handle | undefined) : undefined;
}
