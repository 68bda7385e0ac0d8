import { useEffect, useRef, useState } from "react";
import { Button } from "../../../../server/web/src/controls/button.tsx";
import { Notice } from "../../../../server/web/src/controls/notice.tsx";
import { Slider } from "../../../../server/web/src/controls/slider.tsx";
import { useEngine } from "../engine/use-engine.ts";
import { ModelPicker } from "../models/model-picker.tsx";
import { type ImageEntry, isLabeled } from "../project/project.ts";
import { proposeFound } from "../project/propose-found.ts";
import { useStudio } from "../state/use-studio.ts";

/** Lets a model propose boxes for the image, or for all that have no labels, to be accepted or corrected. */
export function ProposePanel({ image }: { image: ImageEntry }) {
  const { studio, project } = useStudio();
  const { engine, models } = useEngine();
  const [path, setPath] = useState<string>();
  const [conf, setConf] = useState(0.25);
  const [progress, setProgress] = useState<{ done: number; total: number }>();
  const [said, setSaid] = useState<{ error?: string; text?: string }>({});
  const stop = useRef<AbortController>(undefined);
  useEffect(() => () => stop.current?.abort(), []);
  const model = models.find((each) => each.path === path) ?? models[0];
  if (model === undefined) return null;
  const others = project.images.filter((each) => !isLabeled(each) && each.proposals.length === 0);

  const proposeFor = async (images: readonly ImageEntry[]): Promise<void> => {
    const abort = new AbortController();
    stop.current = abort;
    setSaid({});
    let count = 0;
    // One step to be undone, however many images there are
    const key = `propose ${crypto.randomUUID()}`;
    try {
      for (const [done, { name }] of images.entries()) {
        if (abort.signal.aborted) break;
        setProgress({ done, total: images.length });
        const found = await engine.detect(model, await studio.image(name), { conf });
        studio.edit((newest) => proposeFound(newest, name, found), key);
        count += studio.project.images.find((each) => each.name === name)?.proposals.length ?? 0;
      }
      setSaid({ text: count === 0 ? "Nothing new was found." : `${count} ${count === 1 ? "box" : "boxes"} proposed.` });
    } catch (error) {
      setSaid({ error: (error as Error).message });
    } finally {
      setProgress(undefined);
    }
  };
  return (
    <section className="panel" aria-labelledby="propose-title">
      <h2 id="propose-title">Let a model propose</h2>
      <ModelPicker value={model} onChange={setPath} />
      <Slider
        {...{ label: "Least confidence", value: conf, min: 0.01, max: 0.95, step: 0.01 }}
        onChange={setConf}
        keepsAbove
      />
      <div className="actions">
        <Button className="button small" disabled={progress !== undefined} onClick={() => void proposeFor([image])}>
          Propose boxes
        </Button>
        {progress !== undefined && progress.total > 1 ? (
          <Button className="button small" onClick={() => stop.current?.abort()}>
            Stop
          </Button>
        ) : (
          others.length > 0 && (
            <Button className="button small" disabled={progress !== undefined} onClick={() => void proposeFor(others)}>
              For {others.length} unlabeled
            </Button>
          )
        )}
      </div>
      <p className="muted small" role="status">
        {progress === undefined ? said.text : `Image ${progress.done + 1} of ${progress.total} …`}
      </p>
      <Notice>{said.error}</Notice>
    </section>
  );
}
