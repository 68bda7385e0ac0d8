import { Field } from "../../../../server/web/src/controls/field.tsx";
import { figure } from "../../../../server/web/src/controls/format.ts";
import type { StoredModel } from "../engine/models.ts";
import { useEngine } from "../engine/use-engine.ts";

interface ModelPickerProps {
  value: StoredModel | undefined;
  onChange: (path: string) => void;
  label?: string;
}

/** Chooses one of the models in the browser's storage. */
export function ModelPicker({ value, onChange, label = "Model" }: ModelPickerProps) {
  const { models } = useEngine();
  const score = value?.score;
  return (
    <Field label={label} {...(score === undefined ? {} : { hint: `mAP50 ${figure(score)}` })}>
      <select
        value={value?.path ?? ""}
        onChange={({ target }) => onChange(target.value)}
        disabled={models.length === 0}
      >
        {models.length === 0 && <option value="">none yet</option>}
        {models.map(({ path, title }) => (
          <option key={path} value={path}>
            {title}
          </option>
        ))}
      </select>
    </Field>
  );
}
