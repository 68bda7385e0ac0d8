import { useState } from "react";
import { Button } from "../controls/button.tsx";
import { type Drawn, freeName, parsePoints, textOf } from "./zones.ts";

interface ZoneListProps {
  drawn: readonly Drawn[];
  onChange: (drawn: readonly Drawn[]) => void;
  /** Size of the frames; nothing can be drawn before one is known. */
  size: { width: number; height: number } | undefined;
  drawing: Drawn["kind"] | undefined;
  onDraw: (kind: Drawn["kind"] | undefined) => void;
}

/** Lines and zones with their points, to be drawn, changed and removed. */
export function ZoneList({ drawn, onChange, size, drawing, onDraw }: ZoneListProps) {
  const replace = (name: string, change: Partial<Drawn>) =>
    onChange(drawn.map((one) => (one.name === name ? { ...one, ...change } : one)));
  const addMiddle = () => {
    if (size === undefined) return;
    const { width, height } = size;
    const points = [
      [Math.round(width / 2), 0],
      [Math.round(width / 2), height],
    ] as const;
    onChange([...drawn, { kind: "line", name: freeName("line", drawn), points }]);
  };
  const toggle = (kind: Drawn["kind"]) => onDraw(drawing === kind ? undefined : kind);
  return (
    <fieldset className="zone-list" disabled={size === undefined}>
      <legend>Lines and zones</legend>
      <div className="actions">
        <Button aria-pressed={drawing === "line"} onClick={() => toggle("line")}>
          Draw a line
        </Button>
        <Button aria-pressed={drawing === "zone"} onClick={() => toggle("zone")}>
          Draw a zone
        </Button>
        <Button onClick={addMiddle}>Line in the middle</Button>
      </div>
      <p className="muted small" role="status">
        {hint(size === undefined, drawing)}
      </p>
      <ul>
        {drawn.map((one) => (
          <li key={one.name}>
            <PointsField drawn={one} onPoints={(points) => replace(one.name, { points })} />
            <Button
              className="button small"
              aria-label={`Remove ${one.name}`}
              onClick={() => onChange(drawn.filter(({ name }) => name !== one.name))}
            >
              Remove
            </Button>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}

function PointsField({
  drawn: { name, kind, points },
  onPoints,
}: {
  drawn: Drawn;
  onPoints: (points: Drawn["points"]) => void;
}) {
  const [text, setText] = useState(textOf(points));
  const isWrong = parsePoints(text, kind) === undefined;
  return (
    <label className="field">
      <span>
        {name}
        <small>points x,y in pixels</small>
      </span>
      <input
        value={text}
        aria-invalid={isWrong}
        onChange={({ target }) => {
          setText(target.value);
          const parsed = parsePoints(target.value, kind);
          if (parsed !== undefined) onPoints(parsed);
        }}
      />
    </label>
  );
}

function hint(isEmpty: boolean, drawing: Drawn["kind"] | undefined): string {
  if (isEmpty) return "Start the camera or a video first.";
  if (drawing === "line") return "Click where the line begins and where it ends.";
  if (drawing === "zone") return "Click the corners; click the first one again to close the zone.";
  return "Counting starts anew when one is added, changed or removed.";
}
