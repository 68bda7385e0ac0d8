import { useMemo, useState } from "react";
import { Button } from "../../../../server/web/src/controls/button.tsx";
import { removeImages } from "../project/edit-images.ts";
import { type Filter, filterCounts, filters, filterTitles, passes } from "../project/filter-images.ts";
import { Icon } from "../shell/icon.tsx";
import type { Added } from "../state/add-files.ts";
import { useStudio } from "../state/use-studio.ts";
import { AddButtons } from "./add-buttons.tsx";
import { ImageTile } from "./image-tile.tsx";
import { useDrops } from "./use-drops.ts";

/** All images: add, filter, choose, remove. */
export function ImagesView() {
  const { studio, project, adding, added } = useStudio();
  const [filter, setFilter] = useState<Filter>("all");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const add = (files: Parameters<typeof studio.addFiles>[0]): void => void studio.addFiles(files);
  const dragging = useDrops(add);
  const counts = useMemo(() => filterCounts(project), [project]);
  const shown = useMemo(() => project.images.filter((image) => passes(image, filter)), [project, filter]);
  const buttons = <AddButtons onFiles={add} disabled={adding !== undefined} />;
  if (project.images.length === 0) {
    return (
      <div className={dragging ? "dragging" : ""}>
        <Welcome>
          {buttons}
          <Progress adding={adding} added={added} />
        </Welcome>
      </div>
    );
  }
  const choose = (name: string, isChosen: boolean): void => {
    const next = new Set(chosen);
    if (isChosen) next.add(name);
    else next.delete(name);
    setChosen(next);
  };
  const remove = (): void => {
    studio.edit(removeImages(project, chosen));
    setChosen(new Set());
  };
  return (
    <div className={`images-view${dragging ? " dragging" : ""}`}>
      <div className="bar-row">
        {buttons}
        <fieldset className="segments">
          <legend className="visually-hidden">Show</legend>
          {filters.map((name) => (
            <label key={name}>
              <input type="radio" name="filter" checked={filter === name} onChange={() => setFilter(name)} />
              <span>
                {filterTitles[name]} <b>{counts[name]}</b>
              </span>
            </label>
          ))}
        </fieldset>
      </div>
      <Progress adding={adding} added={added} />
      {chosen.size > 0 && (
        <div className="choice-bar" role="status">
          <span>{chosen.size} chosen</span>
          <Button className="button small danger" onClick={remove}>
            Remove {chosen.size === 1 ? "it" : "them"}
          </Button>
          <Button className="button small" onClick={() => setChosen(new Set())}>
            Choose none
          </Button>
        </div>
      )}
      {shown.length === 0 && <p className="muted nothing">No image here is “{filterTitles[filter].toLowerCase()}”.</p>}
      <ul className="tiles" aria-label={`${filterTitles[filter]} images`}>
        {shown.map((image) => (
          <ImageTile
            key={image.name}
            image={image}
            chosen={chosen.has(image.name)}
            onChoose={(isChosen) => choose(image.name, isChosen)}
          />
        ))}
      </ul>
    </div>
  );
}

function Welcome({ children }: { children: React.ReactNode }) {
  return (
    <section className="welcome">
      <span className="welcome-mark">
        <Icon name="images" size={34} />
      </span>
      <h2>Label your own images</h2>
      <p>
        Drop images or a folder here, or paste one. A data set in YOLO’s layout, also as a zip file, comes with its
        labels; what a model found, as proposals.
      </p>
      {children}
      <ol className="steps">
        <li>
          <b>Add images</b> of what you want to find, as it will look when you use the detector. Fifty are a good start.
        </li>
        <li>
          <b>Draw a box</b> around each object and name its class.
        </li>
        <li>
          <b>Check</b> what is odd, and see which images train and which validate.
        </li>
        <li>
          <b>Download</b> the data set, ready to train on.
        </li>
      </ol>
    </section>
  );
}

function Progress({
  adding,
  added,
}: {
  adding: { done: number; total: number } | undefined;
  added: Added | undefined;
}) {
  const text = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;
  return (
    <div className="add-progress" role="status">
      {adding && (
        <>
          <progress value={adding.done} max={adding.total} aria-label="Images added" />
          <span>
            {adding.done} of {adding.total}
          </span>
        </>
      )}
      {added && (
        <span className="muted">
          Added {text(added.images, "image", "images")}
          {added.boxes > 0 && ` with ${text(added.boxes, "box", "boxes")}`}.
        </span>
      )}
      {added && added.leftOut.length > 0 && (
        <details className="more">
          <summary>{text(added.leftOut.length, "thing was", "things were")} left out</summary>
          <ul>
            {added.leftOut.slice(0, 20).map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
