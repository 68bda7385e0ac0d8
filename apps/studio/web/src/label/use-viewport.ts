import { type RefObject, useCallback, useEffect, useLayoutEffect, useState } from "react";
import { fit, pan, type Size, type Viewport, zoomAt } from "./viewport.ts";

/** The viewport of a stage, and how it moves. */
export interface ViewportControl {
  viewport: Viewport;
  /** The whole image again. */
  showAll: () => void;
  /** @param at a point of the stage; its middle by default */
  zoom: (factor: number, at?: readonly [number, number]) => void;
  move: (by: readonly [number, number]) => void;
}

/** Shows all of an image; until one zooms, also when the stage changes its size. The wheel zooms. */
export function useViewport(stage: RefObject<HTMLElement | null>, image: Size, imageKey: string): ViewportControl {
  const [size, setSize] = useState<Size>({ width: 600, height: 400 });
  const [changed, setChanged] = useState<{ key: string; viewport: Viewport }>();
  const whole = fit(image, size);
  const viewport = changed?.key === imageKey ? changed.viewport : whole;
  useLayoutEffect(() => {
    const element = stage.current;
    if (element === null) return;
    const measure = (): void => setSize({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [stage]);
  // From the newest viewport: two fingers move in the same frame
  const update = (next: (before: Viewport) => Viewport): void =>
    setChanged((before) => ({
      key: imageKey,
      viewport: pan(next(before?.key === imageKey ? before.viewport : whole), [0, 0], image, size),
    }));
  const zoom = (factor: number, at: readonly [number, number] = [size.width / 2, size.height / 2]): void =>
    update((before) => zoomAt(before, factor, at, whole.scale / 2));
  const move = (by: readonly [number, number]): void => update((before) => pan(before, by, image, size));
  useWheel(stage, (event, at) => {
    // Trackpads pinch with the control key and move without
    if (event.ctrlKey || Math.abs(event.deltaX) < Math.abs(event.deltaY)) zoom(Math.exp(-event.deltaY / 400), at);
    else move([-event.deltaX, -event.deltaY]);
  });
  return { viewport, zoom, move, showAll: useCallback(() => setChanged(undefined), []) };
}

/** React's own listeners for the wheel cannot keep the page from scrolling. */
function useWheel(
  stage: RefObject<HTMLElement | null>,
  onWheel: (event: WheelEvent, at: readonly [number, number]) => void,
): void {
  useEffect(() => {
    const element = stage.current;
    if (element === null) return;
    const listener = (event: WheelEvent): void => {
      event.preventDefault();
      const { left, top } = element.getBoundingClientRect();
      onWheel(event, [event.clientX - left, event.clientY - top]);
    };
    element.addEventListener("wheel", listener, { passive: false });
    return () => element.removeEventListener("wheel", listener);
  });
}
