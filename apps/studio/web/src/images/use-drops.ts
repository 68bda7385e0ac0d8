import { useEffect, useRef, useState } from "react";
import type { NamedBlob } from "../files/dataset-zip.ts";
import { droppedFiles, namedFiles } from "./dropped-files.ts";

/** Accepts files and folders that are dropped anywhere on the page, and pasted images; returns whether some hang over it. */
export function useDrops(onFiles: (files: readonly NamedBlob[]) => void): boolean {
  const [dragging, setDragging] = useState(false);
  const latest = useRef(onFiles);
  latest.current = onFiles;
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    // Going from one element into another ends with as many `dragenter` as `dragleave`
    let depth = 0;
    const onDrag = (event: DragEvent): void => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      if (event.type === "dragenter") depth++;
      if (event.type === "dragleave") depth--;
      if (event.type === "dragover" || event.type === "drop") event.preventDefault();
      if (event.type === "drop") {
        depth = 0;
        void droppedFiles(event.dataTransfer).then((files) => latest.current(files));
      }
      setDragging(depth > 0);
    };
    for (const type of ["dragenter", "dragleave", "dragover", "drop"] as const)
      addEventListener(type, onDrag, { signal });
    const onPaste = ({ clipboardData }: ClipboardEvent): void => {
      const files = namedFiles([...(clipboardData?.files ?? [])]);
      if (files.length > 0) latest.current(files);
    };
    addEventListener("paste", onPaste, { signal });
    return () => abort.abort();
  }, []);
  return dragging;
}
