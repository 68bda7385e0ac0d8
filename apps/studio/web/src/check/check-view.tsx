import { useId, useMemo } from "react";
import { Button } from "../../../../server/web/src/controls/button.tsx";
import { Empty } from "../../../../server/web/src/controls/empty.tsx";
import { Slider } from "../../../../server/web/src/controls/slider.tsx";
import { classColor } from "../../../../server/web/src/detect/class-color.ts";
import { checkLabels } from "../project/check-labels.ts";
import { dealImages } from "../project/deal-images.ts";
import type { Project, SplitChoice } from "../project/project.ts";
import { linkTo } from "../shell/route.ts";
import { useStudio } from "../state/use-studio.ts";

/** What is odd, how many boxes each class has, and which images train and which validate. */
export function CheckView() {
  const { project } = useStudio();
  const splits = useMemo(() => dealImages(project), [project]);
  if (splits.size === 0) {
    return (
      <Empty title="Nothing to check yet">
        <p>
          Once images have labels, this page shows what is odd about them. <a href={linkTo("label")}>Label some</a>.
        </p>
      </Empty>
    );
  }
  return (
    <div className="check-view">
      <Counts project={project} splits={splits} />
      <Split project={project} splits={splits} />
      <Findings project={project} />
    </div>
  );
}

type Splits = ReturnType<typeof dealImages>;

function Findings({ project }: { project: Project }) {
  const findings = useMemo(() => checkLabels(project), [project]);
  const unlabeled = project.images.length - dealImages(project).size;
  return (
    <section className="panel" aria-labelledby="findings-title">
      <h2 id="findings-title">To check</h2>
      {unlabeled > 0 && (
        <p className="muted">
          {unlabeled} {unlabeled === 1 ? "image has" : "images have"} no labels and {unlabeled === 1 ? "is" : "are"}{" "}
          left out.
        </p>
      )}
      {findings.length === 0 ? (
        <p className="all-well">Nothing odd: no empty, tiny or repeated boxes, and no rare class.</p>
      ) : (
        <ul className="findings">
          {findings.slice(0, 200).map(({ text, image, box, kind }) => (
            <li key={`${image} ${box} ${text}`} className={`finding ${kind}`}>
              <span>{text}</span>
              {image !== undefined && <a href={linkTo("label", image)}>{image}</a>}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Counts({ project, splits }: { project: Project; splits: Splits }) {
  const rows = project.classes.map(({ id, name, color }) => {
    const counts = { train: 0, val: 0 };
    for (const { name: image, boxes } of project.images) {
      const split = splits.get(image);
      if (split !== undefined) counts[split] += boxes.filter(({ classId }) => classId === id).length;
    }
    return { id, name, color, ...counts, all: counts.train + counts.val };
  });
  const most = Math.max(1, ...rows.map(({ all }) => all));
  return (
    <section className="panel" aria-labelledby="counts-title">
      <h2 id="counts-title">Boxes of each class</h2>
      <table className="counts">
        <thead>
          <tr>
            <th scope="col">Class</th>
            <th scope="col" className="number">
              Training
            </th>
            <th scope="col" className="number">
              Validation
            </th>
            <td className="bar-cell" />
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, name, color, train, val, all }) => (
            <tr key={id}>
              <th scope="row">
                <span className="dot" style={{ background: classColor(color) }} /> {name}
              </th>
              <td className="number">{train}</td>
              <td className="number">{val}</td>
              <td className="bar-cell" aria-hidden="true">
                <span className="bar" style={{ width: `${(100 * all) / most}%`, background: classColor(color) }} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Split({ project, splits }: { project: Project; splits: Splits }) {
  const { studio } = useStudio();
  const id = useId();
  const { split } = project;
  const set = (change: Partial<SplitChoice>, key?: string): void =>
    studio.edit({ ...project, split: { ...split, ...change } }, key);
  const names = { train: [] as string[], val: [] as string[] };
  for (const [name, of] of splits) names[of].push(name);
  return (
    <section className="panel" aria-labelledby="split-title">
      <h2 id="split-title">Training and validation</h2>
      <p className="muted">
        A detector is measured on images that it has not been trained on. Chance decides which; the same seed decides
        the same.
      </p>
      <div className="split-controls">
        <Slider
          label="Share for validation"
          value={split.valShare}
          {...{ min: 0.05, max: 0.5, step: 0.05 }}
          onChange={(valShare) => set({ valShare }, "share")}
        />
        <label className="field" htmlFor={id}>
          <span>Seed</span>
          <input
            id={id}
            type="number"
            min={0}
            step={1}
            value={split.seed}
            onChange={(event) => set({ seed: Math.max(0, Math.trunc(Number(event.target.value) || 0)) }, "seed")}
          />
        </label>
        <Button onClick={() => set({ seed: split.seed + 1 })}>Deal again</Button>
      </div>
      <div className="split-bar" aria-hidden="true">
        <span style={{ flexGrow: names.train.length }} />
        <span style={{ flexGrow: names.val.length }} />
      </div>
      <div className="split-lists">
        <SplitList title="Training" names={names.train} />
        <SplitList title="Validation" names={names.val} />
      </div>
    </section>
  );
}

function SplitList({ title, names }: { title: string; names: readonly string[] }) {
  return (
    <details className="more">
      <summary>
        {title}: {names.length} {names.length === 1 ? "image" : "images"}
      </summary>
      <ul>
        {[...names].sort().map((name) => (
          <li key={name}>
            <a href={linkTo("label", name)}>{name}</a>
          </li>
        ))}
      </ul>
    </details>
  );
}
