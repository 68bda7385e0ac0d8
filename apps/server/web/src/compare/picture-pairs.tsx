import { useState } from "react";
import type { Run } from "../api/types.ts";
import { RunPicture, titleOf } from "../train/pictures.tsx";

/** One kind of picture of several runs beside each other. */
export function PicturePairs({ runs }: { runs: readonly Run[] }) {
  const names = [...new Set(runs.flatMap(({ pictures }) => pictures))].filter(
    (name) => runs.filter(({ pictures }) => pictures.includes(name)).length > 1,
  );
  const [chosen, setChosen] = useState<string>();
  const shown =
    chosen !== undefined && names.includes(chosen) ? chosen : (names.find((name) => /pred/.test(name)) ?? names[0]);
  if (shown === undefined) return null;
  return (
    <section aria-label="Pictures side by side">
      <div className="section-head">
        <h3>Pictures side by side</h3>
        <select aria-label="Which picture" value={shown} onChange={({ target }) => setChosen(target.value)}>
          {names.map((name) => (
            <option key={name} value={name}>
              {titleOf(name)}
            </option>
          ))}
        </select>
      </div>
      <div className="pairs">
        {runs.map(({ name, pictures }) => (
          <figure key={name}>
            {pictures.includes(shown) ? (
              <RunPicture
                path={`/v1/runs/${encodeURIComponent(name)}/files/${encodeURIComponent(shown)}`}
                alt={`${titleOf(shown)} of ${name}`}
              />
            ) : (
              <span className="picture-none">none</span>
            )}
            <figcaption>{name}</figcaption>
          </figure>
        ))}
      </div>
    </section>
  );
}
