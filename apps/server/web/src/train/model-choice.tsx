import { useState } from "react";
import type { ModelList } from "../api/types.ts";

/** Architectures to train from nothing, by what they learn, smallest first. */
const architectures: Readonly<Record<string, readonly string[]>> = {
  "Boxes, from random weights": [
    "yolo26n.yaml",
    "yolo26s.yaml",
    "yolo26n-p2.yaml",
    "yolo12n.yaml",
    "yolov10n.yaml",
    "yolov9t.yaml",
    "yolov8n.yaml",
    "yolov8s.yaml",
    "yolov8m.yaml",
    "yolov8n-p2.yaml",
    "yolo11n.yaml",
    "yolov5n.yaml",
    "yolov5s.yaml",
    "yolov3-tiny.yaml",
  ],
  "Masks (segment), from random weights": [
    "yolo26n-seg.yaml",
    "yolov8n-seg.yaml",
    "yolov8s-seg.yaml",
    "yolo11n-seg.yaml",
    "yolov5n-seg.yaml",
  ],
  "Keypoints (pose), from random weights": [
    "yolo26n-pose.yaml",
    "yolov8n-pose.yaml",
    "yolov8s-pose.yaml",
    "yolo11n-pose.yaml",
  ],
  "Oriented boxes (obb), from random weights": [
    "yolo26n-obb.yaml",
    "yolov8n-obb.yaml",
    "yolov8s-obb.yaml",
    "yolo11n-obb.yaml",
  ],
  "Classes of images (classify), from random weights": [
    "yolo26n-cls.yaml",
    "yolov8n-cls.yaml",
    "yolov8s-cls.yaml",
    "yolo11n-cls.yaml",
    "yolov5n-cls.yaml",
  ],
};

/** Stands for a file that is not in the list, such as a model file of one's own. */
const anotherFile = "another";

interface ModelChoiceProps {
  models: ModelList | undefined;
  value: string;
  onChange: (model: string) => void;
}

/** Weights to continue from, or an architecture to train from nothing. */
export function ModelChoice({ models, value, onChange }: ModelChoiceProps) {
  const trainable = (file: string) => /\.(pt|safetensors|ya?ml)$/.test(file);
  const loaded = models?.models.map(({ file }) => file).filter(trainable) ?? [];
  const others =
    models?.available.map(({ file }) => file).filter((file) => trainable(file) && !loaded.includes(file)) ?? [];
  const [other, setOther] = useState(false);
  const choose = (file: string) => {
    setOther(file === anotherFile);
    if (file !== anotherFile) onChange(file);
  };
  return (
    <>
      <select value={other ? anotherFile : value} onChange={({ target }) => choose(target.value)}>
        <Group label="Loaded" files={loaded} />
        <Group label="In the model folders" files={others} />
        {Object.entries(architectures).map(([label, files]) => (
          <Group key={label} label={label} files={files} />
        ))}
        <option value={anotherFile}>Another file …</option>
      </select>
      {other && (
        <input
          aria-label="Name of the file in the service's model folders"
          placeholder="my-model.yaml"
          required
          spellCheck={false}
          // biome-ignore lint/a11y/noAutofocus: it appears because somebody asked for it
          autoFocus
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </>
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
