import { useState } from "react";
import type { Run } from "../api/types.ts";
import { RunImage, titleOf } from "../train/images.tsx";

/** One kind of image of several runs beside each other. */
export function ImagePairs({ runs }: { runs: readonly Run[] }) {
  const names = [...new Set(runs.flatMap(({ images }) => images))].filter(
    (name) => runs.filter(({ images }) => images.includes(name)).length > 1,
  );
  const [chosen, setChosen] = useState<string>();
  const shown =
    chosen !== undefined && names.includes(chosen) ? chosen : (names.find((name) => /pred/.test(name)) ?? names[0]);
  if (shown === undefined) return null;
  return (
    <section aria-label="Images side by side">
      <div className="section-head">
        <h3>Images side by side</h3>
        <select aria-label="Which image" value={shown} onChange={({ target }) => setChosen(target.value)}>
          {names.map((name) => (
            <option key={name} value={name}>
              {titleOf(name)}
            </option>
          ))}
        </select>
      </div>
      <div className="pairs">
        {runs.map(({ name, images }) => (
          <figure key={name}>
            {images.includes(shown) ? (
              <RunImage
                path={`/v1/runs/${encodeURIComponent(name)}/files/${encodeURIComponent(shown)}`}
                alt={`${titleOf(shown)} of ${name}`}
              />
            ) : (
              <span className="image-none">none</span>
            )}
            <figcaption>{name}</figcaption>
          </figure>
        ))}
      </div>
    </section>
  );
}
