import type { FoundImage } from "../api/types.ts";
import { classColor } from "./class-color.ts";

/** The most probable classes of an image, each with a bar as long as it is probable. */
export function ClassBars({ classes }: { classes: NonNullable<FoundImage["top5"]> }) {
  return (
    <ol className="class-bars" aria-label="Most probable classes">
      {classes.map(({ class: label, name, confidence }) => (
        <li key={label}>
          <span className="class-bar-name">{name}</span>
          <span className="class-bar-share">{(100 * confidence).toFixed(1)} %</span>
          <span className="class-bar" style={{ width: `${100 * confidence}%`, background: classColor(label) }} />
        </li>
      ))}
    </ol>
  );
}
