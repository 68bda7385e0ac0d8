import type { PlainBox } from "@lookonce/yolo/browser";
import { useEffect, useMemo, useRef, useState } from "react";
import { Stage } from "../../../../server/web/src/detect/stage.tsx";
import type { StoredModel } from "../engine/models.ts";
import type { Run } from "../engine/runs.ts";
import { useEngine } from "../engine/use-engine.ts";
import { dealImages } from "../project/deal-images.ts";
import type { ImageEntry } from "../project/project.ts";
import { useBlobUrl } from "../state/use-blob-url.ts";
import { useStudio } from "../state/use-studio.ts";

/** Images that are shown. */
const maxImages = 4;

/** Boxes below are not shown. */
const conf = 0.25;

type Found = ReadonlyMap<string, readonly PlainBox[]>;

/** What the best weights so far find in validation images: it gets better while a model learns. */
export function Preview({ run }: { run: Run }) {
  const { project } = useStudio();
  const images = useMemo(() => {
    const splits = dealImages(project);
    return project.images.filter(({ name }) => splits.get(name) === "val").slice(0, maxImages);
  }, [project]);
  const { found, error } = useFound(run, images);
  if (images.length === 0) return null;
  return (
    <section aria-labelledby="preview-title">
      <h3 id="preview-title">What it finds in validation images</h3>
      <ul className="previews">
        {images.map((image) => (
          <li key={image.name}>
            <PreviewImage image={image} boxes={found?.get(image.name)} />
          </li>
        ))}
      </ul>
      {error !== undefined && <p className="muted small">{error}</p>}
    </section>
  );
}

function PreviewImage({ image, boxes }: { image: ImageEntry; boxes: readonly PlainBox[] | undefined }) {
  const { studio } = useStudio();
  const url = useBlobUrl(image.name, (name) => studio.image(name));
  const count = boxes?.length ?? 0;
  const { width, height } = image;
  return (
    <figure>
      <Stage {...{ width, height, boxes: boxes ?? [] }} active={undefined} onActive={() => {}} busy={false}>
        {url && <img src={url} alt="" />}
      </Stage>
      <figcaption className="muted small">
        {boxes === undefined ? "not yet" : `${count} ${count === 1 ? "object" : "objects"}`}
      </figcaption>
    </figure>
  );
}

/** Detects anew with each better weights. Where these come faster than detection, some are skipped. */
function useFound(run: Run, images: readonly ImageEntry[]): { found?: Found; error?: string } {
  const { engine } = useEngine();
  const { studio } = useStudio();
  const [state, setState] = useState<{ found?: Found; error?: string }>({});
  const newest = useRef<StoredModel>(undefined);
  const isBusy = useRef(false);
  const { path, changed } = run.best ?? {};
  const names = images.map(({ name }) => name).join("/");
  // biome-ignore lint/correctness/useExhaustiveDependencies: `names` says which images there are
  useEffect(() => {
    if (path === undefined || changed === undefined) return;
    newest.current = { path, changed, title: run.title, isDropped: false, isTrainable: true };
    if (isBusy.current) return;
    isBusy.current = true;
    const detectAll = async (): Promise<void> => {
      let model = newest.current;
      while (model !== undefined) {
        newest.current = undefined;
        const found = new Map<string, readonly PlainBox[]>();
        for (const { name } of images) {
          found.set(name, (await engine.detect(model, await studio.image(name), { conf })).boxes);
        }
        setState({ found });
        model = newest.current;
      }
    };
    void detectAll()
      .catch((error: Error) => setState(({ found }) => ({ ...(found && { found }), error: error.message })))
      .finally(() => {
        isBusy.current = false;
      });
  }, [engine, path, changed, names]);
  return state;
}
