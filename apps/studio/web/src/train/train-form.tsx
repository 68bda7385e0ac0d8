import { type FormEvent, useState } from "react";
import { Field } from "../../../../server/web/src/controls/field.tsx";
import { defaultSettings, modelFiles, sides, type TrainSettings } from "../engine/train-settings.ts";
import { useEngine } from "../engine/use-engine.ts";
import { WeightsPicker } from "../models/weights-picker.tsx";
import type { Project } from "../project/project.ts";
import { ThreadsNote } from "./threads-note.tsx";

interface TrainFormProps {
  project: Project;
  /** Called when a training is started. */
  onStart: () => void;
}

/** Chooses what is trained and how. What a person does not change suits the data set. */
export function TrainForm({ project, onStart }: TrainFormProps) {
  const { engine, runs, models, live } = useEngine();
  const [chosen, setChosen] = useState(runs[0]?.settings.start ?? "");
  const trainable = models.filter(({ isTrainable }) => isTrainable);
  const isThere = [...modelFiles.map(({ file }) => file), ...trainable.map(({ path }) => path)].includes(chosen);
  const start = isThere ? chosen : (modelFiles[0]?.file as string);
  const last = runs.find(({ settings }) => settings.start === start)?.settings;
  const values = last ?? defaultSettings(project, start);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    onStart();
    void engine.train(settingsIn(new FormData(event.currentTarget)));
  };
  return (
    <form className="job-form" onSubmit={submit} aria-label="New training">
      <h2>New training</h2>
      <Field label="Start from" hint={modelFiles.find(({ file }) => file === start)?.hint ?? "starts from its weights"}>
        <select name="start" value={start} onChange={({ target }) => setChosen(target.value)}>
          <optgroup label="Random weights">
            {modelFiles.map(({ file, title }) => (
              <option key={file} value={file}>
                {title}
              </option>
            ))}
          </optgroup>
          {trainable.length > 0 && (
            <optgroup label="Trained weights">
              {trainable.map(({ path, title }) => (
                <option key={path} value={path}>
                  {title}
                </option>
              ))}
            </optgroup>
          )}
        </select>
      </Field>
      <WeightsPicker onModel={setChosen} accept=".pt,.pth,.safetensors" />
      <Choices key={JSON.stringify(values)} values={values} />
      <button type="submit" className="button primary wide" disabled={live !== undefined}>
        {live === undefined ? "Train" : "A training runs"}
      </button>
      <ThreadsNote />
    </form>
  );
}

/** The numbers, which the form reads when it is sent. */
function Choices({ values }: { values: TrainSettings }) {
  return (
    <>
      <div className="field-row">
        <Field label="Image size">
          <select name="imgsz" defaultValue={values.imgsz}>
            {sides.map((side) => (
              <option key={side}>{side}</option>
            ))}
          </select>
        </Field>
        <Field label="Epochs">
          <input name="epochs" type="number" required min={1} max={10_000} defaultValue={values.epochs} />
        </Field>
        <Field label="Batch">
          <input name="batch" type="number" required min={1} max={128} defaultValue={values.batch} />
        </Field>
      </div>
      <details className="more">
        <summary>More</summary>
        <Field label="Augmentation" hint="how images are varied">
          <select name="augmentation" defaultValue={values.augmentation}>
            <option value="full">Mosaics of four images, colors, sizes, mirrored</option>
            <option value="light">Colors, sizes, mirrored</option>
            <option value="none">None</option>
          </select>
        </Field>
        <div className="field-row">
          <Field label="Learning rate">
            <input name="lr0" type="number" required min={0.00001} max={1} step="any" defaultValue={values.lr0} />
          </Field>
          <Field label="Patience">
            <input name="patience" type="number" required min={0} max={10_000} defaultValue={values.patience} />
          </Field>
        </div>
        <Field label="Computes on">
          <select name="device" defaultValue={values.device}>
            <option value="auto">Whatever is faster</option>
            <option value="webgpu">Graphics card (WebGPU)</option>
            <option value="cpu">Processor</option>
          </select>
        </Field>
        <p className="muted small">
          Patience is the number of epochs without a better one after which training stops. A memory that is full needs
          a smaller batch, smaller images or a smaller model.
        </p>
      </details>
    </>
  );
}

function settingsIn(form: FormData): TrainSettings {
  const text = (name: string): string => String(form.get(name));
  return {
    start: text("start"),
    ...{ imgsz: Number(text("imgsz")), epochs: Number(text("epochs")), batch: Number(text("batch")) },
    ...{ lr0: Number(text("lr0")), patience: Number(text("patience")) },
    augmentation: text("augmentation") as TrainSettings["augmentation"],
    device: text("device") as TrainSettings["device"],
  };
}
