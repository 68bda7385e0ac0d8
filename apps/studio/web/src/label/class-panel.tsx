import { type FormEvent, useState } from "react";
import { Button } from "../../../../server/web/src/controls/button.tsx";
import { classColor } from "../../../../server/web/src/detect/class-color.ts";
import { addClass } from "../project/edit-classes.ts";
import { classCounts } from "../project/project.ts";
import { useStudio } from "../state/use-studio.ts";
import { ClassEditor } from "./class-editor.tsx";

interface ClassPanelProps {
  /** The class of the selected box, or of the next one. */
  active: number | undefined;
  onChoose: (id: number) => void;
}

/** The classes: choose one for the selected box or the next one, add, rename, merge, remove. */
export function ClassPanel({ active, onChoose }: ClassPanelProps) {
  const { studio, project } = useStudio();
  const [name, setName] = useState("");
  const [isEditing, setEditing] = useState(false);
  const counts = classCounts(project);
  const add = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() === "") return;
    const added = addClass(project, name);
    studio.edit(added.project);
    onChoose(added.id);
    setName("");
  };
  return (
    <section className="panel" aria-labelledby="classes-title">
      <div className="section-head">
        <h2 id="classes-title">Classes</h2>
        {project.classes.length > 0 && (
          <Button className="text-button" aria-pressed={isEditing} onClick={() => setEditing(!isEditing)}>
            {isEditing ? "Done" : "Edit"}
          </Button>
        )}
      </div>
      {project.classes.length === 0 && <p className="muted small">Name what your boxes will show, such as “apple”.</p>}
      {isEditing ? (
        <ClassEditor />
      ) : (
        <ul className="class-list">
          {project.classes.map(({ id, name, color }, i) => (
            <li key={id}>
              <button type="button" className="class-row" aria-pressed={id === active} onClick={() => onChoose(id)}>
                <span className="dot" style={{ background: classColor(color) }} />
                <span className="class-name">{name}</span>
                <span className="muted small">{counts.get(id) ?? 0}</span>
                <kbd>{i < 10 ? (i + 1) % 10 : ""}</kbd>
              </button>
            </li>
          ))}
        </ul>
      )}
      <form className="add-class" onSubmit={add}>
        <input
          value={name}
          onChange={(event) => setName(event.target.value)}
          placeholder="New class"
          aria-label="New class"
          maxLength={80}
        />
        <button type="submit" className="button small" disabled={name.trim() === ""}>
          Add
        </button>
      </form>
    </section>
  );
}
