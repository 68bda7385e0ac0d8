interface ModelSelectProps {
  /** The loaded ones; undefined until they are known. */
  models: readonly { id: string }[] | undefined;
  value: string | undefined;
  onChange: (id: string) => void;
}

/** Chooses one of the models that the service has loaded. */
export function ModelSelect({ models, value, onChange }: ModelSelectProps) {
  const isEmpty = models === undefined || models.length === 0;
  return (
    <select value={value ?? ""} onChange={({ target }) => onChange(target.value)} disabled={isEmpty}>
      {isEmpty && <option value="">{models ? "no model is loaded" : "…"}</option>}
      {models?.map(({ id }) => (
        <option key={id} value={id}>
          {id}
        </option>
      ))}
    </select>
  );
}
