import { figure } from "../../../../server/web/src/controls/format.ts";
import type { LiveTraining } from "../engine/engine.ts";

/** How far a training is, and its losses. */
export function LiveProgress({ live }: { live: LiveTraining }) {
  const { losses, imagesPerSecond, lines } = live;
  const pace = imagesPerSecond === undefined ? {} : { "images a second": imagesPerSecond };
  return (
    <section className="progress" aria-label="Progress">
      <div className="progress-head">
        <span role="status">{whereabouts(live)}</span>
      </div>
      <progress max={1} value={shareDone(live)} aria-label="Share of the training that is done" />
      <p className="progress-losses">
        {Object.entries({ ...losses, ...pace }).map(([name, value]) => (
          <span key={name}>
            {name} <b>{figure(value)}</b>
          </span>
        ))}
      </p>
      {lines.length > 0 && (
        <details className="more">
          <summary>What it says</summary>
          <ul className="lines">
            {lines.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function whereabouts({ at, epochs = 0, iterations = 0, isStopping }: LiveTraining): string {
  if (isStopping) return "Stops after this step …";
  if (at === undefined) return "Getting ready …";
  const epoch = `Epoch ${at.epoch + 1} of ${epochs}`;
  return at.isValidating ? `${epoch} · validating` : `${epoch} · batch ${at.iteration} of ${iterations}`;
}

function shareDone({ at, epochs = 1, iterations = 1 }: LiveTraining): number {
  if (at === undefined) return 0;
  return (at.epoch + (at.isValidating ? 1 : at.iteration / iterations)) / epochs;
}
