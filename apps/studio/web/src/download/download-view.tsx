import { useState } from "react";
import { Button } from "../../../../server/web/src/controls/button.tsx";
import { Empty } from "../../../../server/web/src/controls/empty.tsx";
import { Notice } from "../../../../server/web/src/controls/notice.tsx";
import { download } from "../../../../server/web/src/detect/download.ts";
import { useEngine } from "../engine/use-engine.ts";
import { cocoFile } from "../files/coco-file.ts";
import { datasetZip } from "../files/dataset-zip.ts";
import { isLabeled } from "../project/project.ts";
import { linkTo } from "../shell/route.ts";
import { storageText } from "../state/studio.ts";
import { useStudio } from "../state/use-studio.ts";
import type { Downloading } from "./downloading.ts";
import { ModelDownloads } from "./model-downloads.tsx";

/** Hands trained models and the data set over as files. */
export function DownloadView() {
  const { project } = useStudio();
  const { models } = useEngine();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const count = project.images.filter(isLabeled).length;
  if (count === 0 && models.length === 0) {
    return (
      <Empty title="Nothing to download yet">
        <p>
          <a href={linkTo("label")}>Label images</a> first: what you have labeled, and what you have trained, can be
          downloaded here.
        </p>
      </Empty>
    );
  }
  const write = async (name: string, make: () => Promise<Blob>): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      download(await make(), name);
    } catch (reason) {
      setError(storageText(reason));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="downloads">
      <Notice>{error}</Notice>
      <ModelDownloads busy={busy} write={write} />
      {count > 0 && <DatasetDownloads busy={busy} write={write} count={count} />}
    </div>
  );
}

function DatasetDownloads({ busy, write, count }: Downloading & { count: number }) {
  const { studio, project } = useStudio();
  const images = count === 1 ? "1 image" : `${count} images`;
  return (
    <>
      <section className="panel" aria-labelledby="yolo-title">
        <h2 id="yolo-title">Data set for training</h2>
        <p className="muted">
          A zip file with {images}, their labels and <code>data.yaml</code> in YOLO’s layout. Dropped into this page, it
          comes back.
        </p>
        <pre className="command">npx lookonce train model=yolov8n.pt data=data.yaml</pre>
        <Button
          className="button primary"
          disabled={busy}
          onClick={() => void write("dataset.zip", () => datasetZip(project, (name) => studio.image(name)))}
        >
          Download the data set
        </Button>
      </section>
      <section className="panel" aria-labelledby="coco-title">
        <h2 id="coco-title">Labels for other programs</h2>
        <p className="muted">
          One JSON file with the boxes of {images} in COCO’s form, which most labeling programs read.
        </p>
        <Button disabled={busy} onClick={() => void write("annotations.json", async () => cocoFile(project))}>
          Download COCO labels
        </Button>
      </section>
    </>
  );
}
