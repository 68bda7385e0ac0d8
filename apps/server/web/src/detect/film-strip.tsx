import { Button } from "../controls/button.tsx";
import { type Wanted, wantedBoxes } from "./detections.ts";
import type { GivenImage } from "./use-images.ts";

interface FilmStripProps {
  images: readonly GivenImage[];
  current: number | undefined;
  wanted: Wanted;
  onChoose: (id: number) => void;
}

/** All images that were given, with how many objects each shows. */
export function FilmStrip({ images, current, wanted, onChoose }: FilmStripProps) {
  return (
    <ul className="film-strip" aria-label="Images">
      {images.map(({ id, name, url, found, busy, error }) => {
        const count = found === undefined ? undefined : wantedBoxes(found.boxes, wanted).length;
        const state = error !== undefined ? "failed" : busy && found === undefined ? "waiting" : `${count} objects`;
        return (
          <li key={id}>
            <Button
              className="film"
              aria-pressed={id === current}
              aria-label={`${name}, ${state}`}
              title={name}
              onClick={() => onChoose(id)}
            >
              <img src={url} alt="" loading="lazy" />
              <span className={`film-count${error !== undefined ? " failed" : ""}`}>
                {error !== undefined ? "!" : (count ?? "…")}
              </span>
            </Button>
          </li>
        );
      })}
    </ul>
  );
}
