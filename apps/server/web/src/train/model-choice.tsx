import type { ModelList } from "../api/types.ts";

/** Architectures to train from nothing, smallest first. */
const architectures = [
  "yolov8n.yaml",
  "yolov8s.yaml",
  "yolov8m.yaml",
  "yolov8n-p2.yaml",
  "yolo11n.yaml",
  "yolov5n.yaml",
  "yolov5s.yaml",
  "yolov3-tiny.yaml",
];

interface ModelChoiceProps {
  models: ModelList | undefined;
  value: string;
  onChange: (model: string) => void;
}

/** Weights to go on from, or an architecture to train from nothing. */
export function ModelChoice({ models, value, onChange }: ModelChoiceProps) {
  const trainable = (file: string) => /\.(pt|safetensors|ya?ml)$/.test(file);
  const loaded = models?.models.map(({ file }) => file).filter(trainable) ?? [];
  const others =
    models?.available.map(({ file }) => file).filter((file) => trainable(file) && !loaded.includes(file)) ?? [];
  return (
    <select value={value} onChange={({ target }) => onChange(target.value)}>
      <Group label="Loaded" files={loaded} />
      <Group label="In the model folders" files={others} />
      <Group label="From random weights" files={architectures} />
    </select>
  );
}

function Group({ label, files }: { label: string; files: readonly string[] }) {
  if (files.length === 0) return null;
  return (
    <optgroup label={label}>
      {files.map((file) => (
        <option key={file}>{file}</option>
      ))}
    </optgroup>
  );
}
