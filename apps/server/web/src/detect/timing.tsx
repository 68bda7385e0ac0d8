import { ms } from "../controls/format.ts";
import type { Found } from "./ask.ts";

export function Timing({ found, rate }: { found: Found | undefined; rate: number | undefined }) {
  const speed = found?.speed;
  const rest = found === undefined ? 0 : found.roundTrip - sum(found);
  const stages: [string, number | undefined][] = [
    ["queue", found?.queue],
    ["prepare", speed?.preprocess],
    ["model", speed?.inference],
    ["select", speed?.postprocess],
    ["way there and back", found === undefined ? undefined : Math.max(0, rest)],
  ];
  return (
    <section className="timing" aria-label="Timing">
      <div className="timing-head">
        <h2>Timing</h2>
        <span>
          {found === undefined ? "–" : ms(found.roundTrip)}
          {rate !== undefined && rate > 0 && ` · ${rate.toFixed(1)} frames a second`}
        </span>
      </div>
      <div className="timing-bar" aria-hidden="true">
        {stages.map(([name, value], i) => (
          <i key={name} data-stage={i} style={{ flexGrow: value ?? 0 }} />
        ))}
      </div>
      <dl>
        {stages.map(([name, value], i) => (
          <div key={name}>
            <dt>
              <i data-stage={i} />
              {name}
            </dt>
            <dd>{value === undefined ? "–" : ms(value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function sum({ queue, speed }: Found): number {
  return queue + speed.preprocess + speed.inference + speed.postprocess;
}
