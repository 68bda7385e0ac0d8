import { useState } from "react";
import { Button } from "../../../../server/web/src/controls/button.tsx";
import type { StoredModel } from "../engine/models.ts";
import { useEngine } from "../engine/use-engine.ts";
import { ModelPicker } from "../models/model-picker.tsx";
import type { Downloading } from "./downloading.ts";

/** Hands a trained model over as a file; nothing where there is none. */
export function ModelDownloads({ busy, write }: Downloading) {
  const { engine, models } = useEngine();
  const [path, setPath] = useState<string>();
  const model = models.find((each) => each.path === path) ?? models.find(({ isTrainable }) => isTrainable);
  if (model === undefined) return null;
  const name = nameOf(model);
  const writeAs = (format: "onnx" | "safetensors"): Promise<void> =>
    write(`${name}.${format}`, async () => (await engine.export(model, format)).blob);
  return (
    <section className="panel" aria-labelledby="model-title">
      <h2 id="model-title">Model</h2>
      <ModelPicker value={model} onChange={setPath} />
      <p className="muted">
        As ONNX for other programs, after its outputs were compared with the model’s; its weights as safetensors for{" "}
        <code>lookonce</code>, this page, and to train on.
      </p>
      <pre className="command">npx lookonce predict model={name}.onnx source=image.jpg</pre>
      <div className="actions">
        <Button className="button primary" disabled={busy} onClick={() => void writeAs("onnx")}>
          Download ONNX
        </Button>
        <Button disabled={busy} onClick={() => void writeAs("safetensors")}>
          Download weights
        </Button>
      </div>
    </section>
  );
}

/** A file's name, without its ending. */
function nameOf({ title }: StoredModel): string {
  return title
    .replace(/\.\w+$/, "")
    .toLowerCase()
    .replaceAll(/\s+/g, "-");
}
