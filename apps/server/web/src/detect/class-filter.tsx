import type { FoundBox } from "../api/types.ts";
import { classColor } from "./class-color.ts";
import { foundClasses } from "./detections.ts";

interface ClassFilterProps {
  boxes: readonly FoundBox[];
  conf: number;
  hidden: ReadonlySet<string>;
  onChange: (hidden: ReadonlySet<string>) => void;
}

/** The classes that were found, to switch on and off. */
export function ClassFilter({ boxes, conf, hidden, onChange }: ClassFilterProps) {
  const classes = foundClasses(boxes, conf);
  const toggle = (name: string) => {
    const next = new Set(hidden);
    if (!next.delete(name)) next.add(name);
    onChange(next);
  };
  const anyHidden = classes.some(({ name }) => hidden.has(name));
  return (
    <fieldset className="classes">
      <legend>
        Classes
        <button
          type="button"
          className="text-button"
          disabled={classes.length === 0}
          onClick={() => onChange(new Set(anyHidden ? [] : classes.map(({ name }) => name)))}
        >
          {anyHidden ? "Show all" : "Hide all"}
        </button>
      </legend>
      <div className="chips">
        {classes.map(({ class: label, name, count }) => (
          <button
            key={name}
            type="button"
            className={`chip${count === 0 ? " none" : ""}`}
            aria-pressed={!hidden.has(name)}
            onClick={() => toggle(name)}
            style={{ "--class": classColor(label) } as React.CSSProperties}
          >
            <span className="dot" />
            {name}
            <span className="chip-count">{count}</span>
          </button>
        ))}
        {classes.length === 0 && <span className="muted">none yet</span>}
      </div>
    </fieldset>
  );
}
