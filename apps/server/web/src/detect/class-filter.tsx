import type { FoundBox } from "../api/types.ts";
import { Button } from "../controls/button.tsx";
import { classColor } from "./class-color.ts";
import { foundClasses, type Wanted } from "./detections.ts";

interface ClassFilterProps {
  boxes: readonly FoundBox[];
  wanted: Wanted;
  onChange: (wanted: Wanted) => void;
}

/** The classes that were found, to switch on and off. */
export function ClassFilter({ boxes, wanted, onChange }: ClassFilterProps) {
  const { conf, hidden } = wanted;
  const classes = foundClasses(boxes, conf);
  const hide = (names: Iterable<string>) => onChange({ conf, hidden: new Set(names) });
  const toggle = (name: string) =>
    hide(hidden.has(name) ? [...hidden].filter((other) => other !== name) : [...hidden, name]);
  const anyHidden = classes.some(({ name }) => hidden.has(name));
  return (
    <fieldset className="classes">
      <legend>
        Classes
        <Button
          className="text-button"
          disabled={classes.length === 0}
          onClick={() => hide(anyHidden ? [] : classes.map(({ name }) => name))}
        >
          {anyHidden ? "Show all" : "Hide all"}
        </Button>
      </legend>
      <div className="chips">
        {classes.map(({ class: label, name, count }) => (
          <Button
            key={name}
            className={`chip${count === 0 ? " none" : ""}`}
            aria-pressed={!hidden.has(name)}
            onClick={() => toggle(name)}
            style={{ "--class": classColor(label) } as React.CSSProperties}
          >
            <span className="dot" />
            {name}
            <span className="chip-count">{count}</span>
          </Button>
        ))}
        {classes.length === 0 && <span className="muted">none yet</span>}
      </div>
    </fieldset>
  );
}
