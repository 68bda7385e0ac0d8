import { useState } from "react";
import { Notice } from "../../../../server/web/src/controls/notice.tsx";
import { FilePicker } from "../../../../server/web/src/detect/file-picker.tsx";
import { useDroppedFiles } from "../../../../server/web/src/detect/use-dropped-files.ts";
import { modelEnding } from "../engine/models.ts";
import { useEngine } from "../engine/use-engine.ts";
import { storageText } from "../state/studio.ts";

interface WeightsPickerProps {
  /** Called with the stored model's path. */
  onModel: (path: string) => void;
  /** Endings of the files to choose from. */
  accept: string;
}

/** Stores a model's file that is chosen, or dropped anywhere on the page, so that it is there at the next visit, too. */
export function WeightsPicker({ onModel, accept }: WeightsPickerProps) {
  const { engine } = useEngine();
  const [error, setError] = useState<string>();
  const add = async (files: readonly File[]): Promise<void> => {
    const models = files.filter(({ name }) => modelEnding.test(name));
    setError(undefined);
    try {
      for (const file of models) onModel(await engine.addModel(file));
    } catch (reason) {
      setError(storageText(reason));
    }
  };
  useDroppedFiles((files) => void add(files), true);
  return (
    <div className="weights-picker">
      <FilePicker accept={accept} multiple={false} onFiles={(files) => void add(files)}>
        Choose a weights file
      </FilePicker>
      <span className="muted small">or drop one: {accept.replaceAll(",", ", ")}</span>
      <Notice>{error}</Notice>
    </div>
  );
}
