import { type FormEvent, useState } from "react";
import { post } from "../api/call.ts";
import type { Job, ModelList } from "../api/types.ts";
import { useAction } from "../api/use-action.ts";
import { useResource } from "../api/use-resource.ts";
import { Field } from "../controls/field.tsx";
import { Notice } from "../controls/notice.tsx";
import { type JobDocument, type JobField, jobOptions, trainingFields } from "./job-fields.ts";
import { ModelChoice } from "./model-choice.tsx";

export function JobForm({ onStarted }: { onStarted: (job: Job) => void }) {
  const models = useResource<ModelList>("/v1/models");
  const datasets = useResource<{ datasets: { id: string; file: string }[] }>("/v1/datasets");
  const api = useResource<JobDocument>("/openapi.json");
  const fields = api.data === undefined ? [] : trainingFields(api.data);
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const { busy, error, run } = useAction();
  const set = (change: Readonly<Record<string, string>>) => setValues((now) => ({ ...now, ...change }));
  const data = values.data || (datasets.data?.datasets[0]?.id ?? "");
  const model = values.model || (models.data?.models[0]?.file ?? models.data?.available[0]?.file ?? "yolov8n.yaml");

  const start = (event: FormEvent) => {
    event.preventDefault();
    const options = jobOptions(values, fields);
    run("start", async () => onStarted(await post<Job>("/v1/jobs", { kind: "train", model, data, options })));
  };
  const sources = [models, datasets, api];
  const reload = () => {
    for (const source of sources) source.reload();
  };
  const unreachable = sources.find(({ error }) => error !== undefined)?.error;
  const common = fields.filter(({ isCommon }) => isCommon);
  const others = fields.filter(({ isCommon }) => !isCommon);
  const inputs = (shown: readonly JobField[]) => (
    <div className="field-row">
      {shown.map((field) => (
        <OptionInput
          key={field.name}
          field={field}
          value={values[field.name] ?? ""}
          onChange={(value) => set({ [field.name]: value })}
        />
      ))}
    </div>
  );
  return (
    <form className="job-form" onSubmit={start} aria-label="New training">
      <h2>New training</h2>
      <Notice onRetry={reload}>{unreachable}</Notice>
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
      {inputs(common.slice(0, 3))}
      <details className="more">
        <summary>More</summary>
        {inputs(common.slice(3))}
        <details className="more">
          <summary>All options</summary>
          {inputs(others)}
        </details>
      </details>
      <Notice>{error}</Notice>
      <button type="submit" className="button primary wide" disabled={busy !== undefined || data === ""}>
        {busy === undefined ? "Start training" : "Starting …"}
      </button>
    </form>
  );
}

interface OptionInputProps {
  field: JobField;
  value: string;
  onChange: (value: string) => void;
}

function OptionInput({ field, value, onChange }: OptionInputProps) {
  const { label, help, kind, choices, placeholder, min, max, step } = field;
  return (
    <Field label={label}>
      {kind === "choice" ? (
        <select value={value} title={help} onChange={({ target }) => onChange(target.value)}>
          <option value="">{placeholder === "default" ? placeholder : `default (${placeholder})`}</option>
          {choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      ) : (
        <input
          {...(kind === "number" ? { type: "number", min, max, step } : { type: "text" })}
          inputMode={kind === "number" ? "decimal" : "text"}
          value={value}
          title={help}
          placeholder={placeholder}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}
