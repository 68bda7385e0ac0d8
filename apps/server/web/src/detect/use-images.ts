import { useCallback, useEffect, useRef, useState } from "react";
import { sentence } from "../api/call.ts";
import { type Ask, ask, type Found } from "./ask.ts";

/** An image that was given, and what is known of it. */
export interface GivenImage {
  id: number;
  name: string;
  file: Blob;
  url: string;
  found?: Found;
  /** Why there is no answer. */
  error?: string;
  busy: boolean;
}

/** Images that are asked about at a time: one is decoded while the other is computed. */
const atATime = 2;

/** The images that were given; they are asked about one after the other, and again when the question changes. */
export function useImages(question: Ask) {
  const [images, setImages] = useState<readonly GivenImage[]>([]);
  const nextId = useRef(1);
  const key = JSON.stringify(question);
  const asked = useRef(new Map<number, string>());
  const underWay = useRef(0);
  const latest = useRef(question);
  latest.current = question;

  const update = useCallback((id: number, change: Partial<GivenImage>) => {
    setImages((all) => all.map((image) => (image.id === id ? { ...image, ...change } : image)));
  }, []);

  useEffect(() => {
    for (const image of images) {
      if (underWay.current >= atATime) return;
      if (asked.current.get(image.id) === key) continue;
      asked.current.set(image.id, key);
      underWay.current++;
      ask(image.file, { ...latest.current, name: image.name })
        .then(
          (found) => ({ found, error: undefined as string | undefined }),
          (error) => ({ found: undefined, error: sentence(error) }),
        )
        .then((answer) => {
          underWay.current--;
          // A newer question is on its way: only that nothing is asked any more would be wrong.
          const current = asked.current.get(image.id) === JSON.stringify(latest.current);
          update(image.id, { ...answer, busy: !current } as Partial<GivenImage>);
        });
    }
  }, [images, key, update]);

  const add = useCallback((files: readonly (Blob & { name?: string })[]): number | undefined => {
    const added = files.map((file) => {
      const id = nextId.current++;
      return { id, name: file.name ?? `pasted ${id}.png`, file, url: URL.createObjectURL(file), busy: true };
    });
    setImages((all) => [...all, ...added]);
    return added[0]?.id;
  }, []);

  const clear = useCallback(() => {
    setImages((all) => {
      for (const { url } of all) URL.revokeObjectURL(url);
      return [];
    });
    asked.current.clear();
  }, []);

  const retry = useCallback(
    (id: number) => {
      asked.current.delete(id);
      update(id, { busy: true });
    },
    [update],
  );

  return { images, add, clear, retry };
}
