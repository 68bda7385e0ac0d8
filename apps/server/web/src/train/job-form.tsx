import { type FormEvent, useState } from "react";
import { post, sentence } from "../api/call.ts";
import type { Job, ModelList } from "../api/types.ts";
import { useResource } from "../api/use-resource.ts";
import { Field } from "../controls/field.tsx";
import { Notice } from "../controls/notice.tsx";
import { type JobValues, requestOf, startValues } from "./job-request.ts";
import { ModelChoice } from "./model-choice.tsx";

/** Starts a training. */
export function JobForm({ onStarted }: { onStarted: (job: Job) => void }) {
  const models = useResource<ModelList>("/v1/models");
  const datasets = useResource<{ datasets: { id: string; file: string }[] }>("/v1/datasets");
  const [values, setValues] = useState<JobValues>(startValues);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const set = (change: Partial<JobValues>) => setValues((now) => ({ ...now, ...change }));
  const data = values.data || (datasets.data?.datasets[0]?.id ?? "");
  const model = values.model || (models.data?.models[0]?.file ?? models.data?.available[0]?.file ?? "yolov8n.yaml");

  const start = async (event: FormEvent) => {
    event.preventDefault();
    setError(undefined);
    setBusy(true);
    try {
      onStarted(await post<Job>("/v1/jobs", requestOf({ ...values, model, data })));
    } catch (reason) {
      setError(sentence(reason));
    } finally {
      setBusy(false);
    }
  };
  const reload = () => {
    models.reload();
    datasets.reload();
  };
  const unreachable = models.error ?? datasets.error;
  return (
    <form className="job-form" onSubmit={start} aria-label="New training">
      <h2>New training</h2>
      {unreachable !== undefined && <Notice onRetry={reload}>{unreachable}</Notice>}
      <Field label="Model">
        <ModelChoice models={models.data} value={model} onChange={(model) => set({ model })} />
      </Field>
      <Field label="Data set">
        <select value={data} onChange={({ target }) => set({ data: target.value })} required>
          {datasets.data?.datasets.length === 0 && <option value="">none in the service's data folders</option>}
          {datasets.data?.datasets.map(({ id, file }) => (
            <option key={file} value={id}>
              {id}
            </option>
          ))}
        </select>
      </Field>
      <div className="field-row">
        <NumberField label="Epochs" value={values.epochs} min={1} onChange={(epochs) => set({ epochs })} />
        <NumberField label="Image size" value={values.imgsz} min={32} step={32} onChange={(imgsz) => set({ imgsz })} />
        <NumberField label="Batch" value={values.batch} min={1} onChange={(batch) => set({ batch })} />
      </div>
      <details className="more">
        <summary>More</summary>
        <div className="field-row">
          <Field label="Optimizer">
            <select value={values.optimizer} onChange={({ target }) => set({ optimizer: target.value })}>
              <option value="">as the recipe</option>
              {["SGD", "Adam", "AdamW", "NAdam", "RAdam", "RMSProp"].map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </Field>
          <NumberField
            label="Learning rate"
            value={values.lr0}
            min={0}
            step="any"
            onChange={(lr0) => set({ lr0 })}
            optional
          />
          <NumberField
            label="Freeze rows"
            value={values.freeze}
            min={0}
            onChange={(freeze) => set({ freeze })}
            optional
          />
          <NumberField
            label="Patience"
            value={values.patience}
            min={0}
            onChange={(patience) => set({ patience })}
            optional
          />
          <NumberField label="Seed" value={values.seed} min={0} onChange={(seed) => set({ seed })} optional />
          <NumberField
            label="Share of data"
            value={values.fraction}
            min={0}
            step="any"
            onChange={(fraction) => set({ fraction })}
            optional
          />
          <NumberField
            label="Reading threads"
            value={values.workers}
            min={0}
            onChange={(workers) => set({ workers })}
            optional
          />
        </div>
      </details>
      {error !== undefined && <Notice>{error}</Notice>}
      <button type="submit" className="button primary wide" disabled={busy || data === ""}>
        {busy ? "Starting …" : "Start training"}
      </button>
    </form>
  );
}

interface NumberFieldProps {
  label: string;
  value: string;
  min: number;
  step?: number | "any";
  optional?: boolean;
  onChange: (value: string) => void;
}

function NumberField({ label, value, min, step = 1, optional = false, onChange }: NumberFieldProps) {
  return (
    <Field label={label}>
      <input
        type="number"
        inputMode="decimal"
        value={value}
        min={min}
        step={step}
        required={!optional}
        placeholder={optional ? "default" : ""}
        onChange={({ target }) => onChange(target.value)}
      />
    </Field>
  );
}
