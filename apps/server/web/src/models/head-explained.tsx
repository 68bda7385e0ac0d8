import type { AnchorBasedHead, AnchorFreeHead } from "../api/types.ts";
import { count } from "../controls/format.ts";

/** What a head does and what its size comes from. */
export function HeadExplained({ head }: { head: AnchorFreeHead | AnchorBasedHead }) {
  return (
    <section className="head-explained" aria-label="The head explained">
      <h3>The head explained</h3>
      {"regMax" in head ? <AnchorFree head={head} /> : <AnchorBased head={head} />}
    </section>
  );
}

function AnchorFree({ head }: { head: AnchorFreeHead }) {
  const { nc, regMax, c2, c3, rule, levels, parameters, dfl } = head;
  const first = levels[0]?.channels ?? 0;
  const largest = Math.max(...levels.map(({ box, class: classes }) => box + classes));
  const own = (width: number, byRule: number) =>
    width === byRule ? `= ${width}` : `= ${byRule}, but the model file sets ${width}`;
  return (
    <>
      <p>
        On each of {levels.length} levels the head processes every cell of a grid with two branches. The{" "}
        <b>box branch</b> predicts, for each of a box's four sides, how far it is away: as weights of {regMax}{" "}
        distances, whose mean is the result. The <b>class branch</b> predicts how sure it is of each of {nc} classes.
        There are no anchors and no separate objectness.
      </p>
      <p>How wide they are inside follows from the {first} channels of the finest level:</p>
      <pre className="formula">
        {`c2 = max(16, channels / 4, 4 · bins)      = max(16, ${Math.floor(first / 4)}, ${4 * regMax}) ${own(c2, rule.c2)}\n`}
        {`c3 = max(channels, min(classes, 100))     = max(${first}, ${Math.min(nc, 100)}) ${own(c3, rule.c3)}`}
      </pre>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard */}
      <section className="table-holder" aria-label="How the outputs come about" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col" className="number">
                One cell is
              </th>
              <th scope="col" className="number">
                Channels in
              </th>
              <th scope="col" className="number">
                <i className="key box-part" /> Box branch
              </th>
              <th scope="col" className="number">
                <i className="key class-part" /> Class branch
              </th>
              <th scope="col">
                <span className="visually-hidden">Shares</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {levels.map(({ stride, channels, box, class: classes }) => (
              <tr key={stride}>
                <td className="number">
                  {stride} × {stride} px
                </td>
                <td className="number">{channels}</td>
                <td className="number">{count(box)}</td>
                <td className="number">{count(classes)}</td>
                <td className="bar-cell">
                  <span className="bar" aria-hidden="true" style={{ width: `${((box + classes) / largest) * 100}%` }}>
                    <i className="box-part" style={{ flexGrow: box }} />
                    <i className="class-part" style={{ flexGrow: classes }} />
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={2}>
                With {count(dfl)} fixed weights for the mean
              </th>
              <td className="number" colSpan={2}>
                {count(parameters)}
              </td>
              <td />
            </tr>
          </tfoot>
        </table>
      </section>
    </>
  );
}

function AnchorBased({ head }: { head: AnchorBasedHead }) {
  const { anchors, nc, outputs, levels, parameters } = head;
  const largest = Math.max(...levels.map((level) => level.parameters));
  return (
    <>
      <p>
        On each of {levels.length} levels one 1×1 convolution processes every cell of a grid. For each of {anchors}{" "}
        anchors, boxes of a usual size, it predicts how that box must be moved and scaled (4 numbers), whether there is
        an object at all (1), and of which of {nc} classes ({nc}).
      </p>
      <pre className="formula">{`anchors · (5 + classes) = ${anchors} · (5 + ${nc}) = ${outputs} outputs a cell`}</pre>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard */}
      <section className="table-holder" aria-label="How the outputs come about" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col" className="number">
                One cell is
              </th>
              <th scope="col" className="number">
                Channels in
              </th>
              <th scope="col" className="number">
                Parameters
              </th>
              <th scope="col">
                <span className="visually-hidden">Shares</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {levels.map((level) => (
              <tr key={level.stride}>
                <td className="number">
                  {level.stride} × {level.stride} px
                </td>
                <td className="number">{level.channels}</td>
                <td className="number">{count(level.parameters)}</td>
                <td className="bar-cell">
                  <span className="bar" aria-hidden="true" style={{ width: `${(level.parameters / largest) * 100}%` }}>
                    <i className="box-part" style={{ flexGrow: 1 }} />
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={2}>
                All
              </th>
              <td className="number">{count(parameters)}</td>
              <td />
            </tr>
          </tfoot>
        </table>
      </section>
    </>
  );
}
