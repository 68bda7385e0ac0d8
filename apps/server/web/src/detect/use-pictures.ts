import { useCallback, useEffect, useRef, useState } from "react";
import { sentence } from "../api/call.ts";
import { type Ask, ask, type Found } from "./ask.ts";

/** A picture that was given, and what is known of it. */
export interface GivenPicture {
  id: number;
  name: string;
  file: Blob;
  /** Its address in this page. */
  url: string;
  found?: Found;
  /** Why there is no answer. */
  error?: string;
  /** Whether it waits for an answer. */
  busy: boolean;
}

/** Pictures that are asked about at a time: one is decoded while the other is computed. */
const atATime = 2;

/** The pictures that were given; they are asked about one after the other, and again when the question changes. */
export function usePictures(question: Ask) {
  const [pictures, setPictures] = useState<readonly GivenPicture[]>([]);
  const nextId = useRef(1);
  const key = JSON.stringify(question);
  const asked = useRef(new Map<number, string>());
  const underWay = useRef(0);
  const latest = useRef(question);
  latest.current = question;

  const update = useCallback((id: number, change: Partial<GivenPicture>) => {
    setPictures((all) => all.map((picture) => (picture.id === id ? { ...picture, ...change } : picture)));
  }, []);

  useEffect(() => {
    for (const picture of pictures) {
      if (underWay.current >= atATime) return;
      if (asked.current.get(picture.id) === key) continue;
      asked.current.set(picture.id, key);
      underWay.current++;
      ask(picture.file, { ...latest.current, name: picture.name })
        .then(
          (found) => ({ found, error: undefined as string | undefined }),
          (error) => ({ found: undefined, error: sentence(error) }),
        )
        .then((answer) => {
          underWay.current--;
          // A newer question is on its way: only that nothing is asked any more would be wrong.
          const current = asked.current.get(picture.id) === JSON.stringify(latest.current);
          update(picture.id, { ...answer, busy: !current } as Partial<GivenPicture>);
        });
    }
  }, [pictures, key, update]);

  const add = useCallback((files: readonly (Blob & { name?: string })[]): number | undefined => {
    const added = files.map((file) => {
      const id = nextId.current++;
      return { id, name: file.name ?? `pasted ${id}.png`, file, url: URL.createObjectURL(file), busy: true };
    });
    setPictures((all) => [...all, ...added]);
    return added[0]?.id;
  }, []);

  const clear = useCallback(() => {
    setPictures((all) => {
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

  return { pictures, add, clear, retry };
}
