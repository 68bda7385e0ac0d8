import { useState } from "react";
import { Button } from "../../../../server/web/src/controls/button.tsx";
import { classColor } from "../../../../server/web/src/detect/class-color.ts";
import { mergeClass, nextColor, removeClass, renameClass } from "../project/edit-classes.ts";
import type { ClassEntry } from "../project/project.ts";
import { Icon } from "../shell/icon.tsx";
import { useStudio } from "../state/use-studio.ts";

/** Names, colors, merging and removing of classes. */
export function ClassEditor() {
  const { project } = useStudio();
  return (
    <ul className="class-editor">
      {project.classes.map((entry) => (
        <EditedClass key={entry.id} entry={entry} others={project.classes.filter(({ id }) => id !== entry.id)} />
      ))}
    </ul>
  );
}

function EditedClass({ entry: { id, name, color }, others }: { entry: ClassEntry; others: readonly ClassEntry[] }) {
  const { studio, project } = useStudio();
  const [typed, setTyped] = useState<string>();
  const rename = (): void => {
    if (typed !== undefined) studio.edit(renameClass(project, id, typed));
    setTyped(undefined);
  };
  return (
    <li>
      <button
        type="button"
        className="swatch"
        style={{ background: classColor(color) }}
        aria-label={`Another color for ${name}`}
        title="Another color"
        onClick={() => studio.edit(nextColor(project, id))}
      />
      <input
        value={typed ?? name}
        aria-label={`Name of ${name}`}
        maxLength={80}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={rename}
        onKeyDown={(event) => {
          if (event.key === "Enter") rename();
          if (event.key === "Escape") setTyped(undefined);
        }}
      />
      {others.length > 0 && (
        <select
          value=""
          aria-label={`Merge ${name} into`}
          onChange={(event) => studio.edit(mergeClass(project, id, Number(event.target.value)))}
        >
          <option value="" disabled>
            Merge into …
          </option>
          {others.map((other) => (
            <option key={other.id} value={other.id}>
              {other.name}
            </option>
          ))}
        </select>
      )}
      <Button
        className="icon-button"
        aria-label={`Remove ${name} and its boxes`}
        title="Remove with its boxes"
        onClick={() => studio.edit(removeClass(project, id))}
      >
        <Icon name="remove" size={18} />
      </Button>
    </li>
  );
}
