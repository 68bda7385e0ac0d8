import { useEffect, useRef, useState } from "react";

/** Accepts files that are dropped anywhere on the page or pasted into it; returns whether some hang over it. */
export function useDroppedFiles(onFiles: (files: readonly File[]) => void, enabled: boolean): boolean {
  const [dragging, setDragging] = useState(false);
  const latest = useRef(onFiles);
  latest.current = onFiles;
  useEffect(() => {
    if (!enabled) return;
    const abort = new AbortController();
    const { signal } = abort;
    // Going from one element into another ends with as many `dragenter` as `dragleave`.
    let depth = 0;
    const actions = {
      dragenter: () => setDragging(++depth > 0),
      dragleave: () => setDragging(--depth > 0),
      dragover: (event: DragEvent) => event.preventDefault(),
      drop: (event: DragEvent) => {
        event.preventDefault();
        depth = 0;
        setDragging(false);
        latest.current([...(event.dataTransfer?.files ?? [])]);
      },
    };
    const onDrag = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes("Files")) actions[event.type as keyof typeof actions](event);
    };
    const onPaste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length > 0) latest.current(files);
    };
    for (const type of Object.keys(actions) as (keyof typeof actions)[]) addEventListener(type, onDrag, { signal });
    addEventListener("paste", onPaste, { signal });
    return () => abort.abort();
  }, [enabled]);
  return dragging;
}
