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
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    // Going from one element into another ends with as many `dragenter` as `dragleave`.
    let depth = 0;
    const onEnter = (event: DragEvent) => {
      if (hasFiles(event)) setDragging(++depth > 0);
    };
    const onLeave = (event: DragEvent) => {
      if (hasFiles(event)) setDragging(--depth > 0);
    };
    const onOver = (event: DragEvent) => {
      if (hasFiles(event)) event.preventDefault();
    };
    const onDrop = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      depth = 0;
      setDragging(false);
      latest.current([...(event.dataTransfer?.files ?? [])]);
    };
    const onPaste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length > 0) latest.current(files);
    };
    addEventListener("dragenter", onEnter, { signal });
    addEventListener("dragleave", onLeave, { signal });
    addEventListener("dragover", onOver, { signal });
    addEventListener("drop", onDrop, { signal });
    addEventListener("paste", onPaste, { signal });
    return () => abort.abort();
  }, [enabled]);
  return dragging;
}
