import type { ModelInfo } from "../api/types.ts";
import { count } from "../controls/format.ts";
import { Bar, barParts, Table } from "../controls/table.tsx";

type Head = ModelInfo["head"];

/** What a head does and what its size comes from. */
export function HeadExplained({ head }: { head: Head }) {
  return (
    <section className="head-explained" aria-label="The head explained">
      <h3>The head explained</h3>
      <HeadText head={head} />
    </section>
  );
}

function HeadText({ head }: { head: Head }) {
  if ("hidden" in head) return <Classifier head={head} />;
  return "regMax" in head ? <AnchorFree head={head} /> : <AnchorBased head={head} />;
}

function Classifier({ head }: { head: Extract<Head, { hidden: number }> }) {
  const { nc, channels, hidden, conv, linear, parameters } = head;
  return (
    <>
      <p>
        The head sees the whole image at once: a 1×1 convolution from {channels} to {count(hidden)} channels, the mean
        over all cells, and a linear layer to {nc} classes.
      </p>
      <pre className="formula">
        {`convolution ${count(conv)} + linear layer ${count(linear)} = ${count(parameters)} parameters`}
      </pre>
    </>
  );
}

/** What a head has besides detection's. */
function Further({ extras, prototypes }: Pick<Extract<Head, { levels: unknown }>, "extras" | "prototypes">) {
  return (
    <>
      {extras && (
        <p>
          Each cell has {extras.outputs} more outputs: {extras.name}.
        </p>
      )}
      {prototypes && (
        <p>
          One more branch, {prototypes.hidden} channels wide inside ({count(prototypes.parameters)} parameters), makes{" "}
          {prototypes.count} prototypes of the finest level. A mask is their combination with the coefficients.
        </p>
      )}
    </>
  );
}

function AnchorFree({ head }: { head: Extract<Head, { regMax: number }> }) {
  const { nc, regMax, c2, c3, rule, levels, parameters, dfl, extras, branches } = head;
  const first = levels[0]?.channels ?? 0;
  const own = (width: number, byRule: number) =>
    width === byRule ? `= ${width}` : `= ${byRule}, but the model file sets ${width}`;
  return (
    <>
      <p>
        On each of {levels.length} levels the head processes every cell of a grid with two branches. The{" "}
        <b>box branch</b> predicts, for each of a box's four sides, how far it is away
        {regMax === 1 ? ", in cells." : `: as weights of ${regMax} distances, whose mean is the result.`} The{" "}
        <b>class branch</b> predicts how sure it is of each of {nc} classes. There are no anchors and no separate
        objectness.
      </p>
      {branches.length > 1 && (
        <p>
          All of it is there twice, for two ways to predict. <b>One-to-many</b> learns several predictions of an object,
          of which all but the best are suppressed; <b>one-to-one</b> learns one, so that nothing is to be suppressed.
          Training has both, a fused model one.
        </p>
      )}
      <p>How wide they are inside follows from the {first} channels of the finest level:</p>
      <pre className="formula">
        {`c2 = max(16, channels / 4, 4 · bins)      = max(16, ${Math.floor(first / 4)}, ${4 * regMax}) ${own(c2, rule.c2)}\n`}
        {`c3 = max(channels, min(classes, 100))     = max(${first}, ${Math.min(nc, 100)}) ${own(c3, rule.c3)}`}
      </pre>
      <Further {...head} />
      <LevelTable
        parts={["Box branch", "Class branch", ...(extras ? ["Third branch"] : [])]}
        levels={levels.map(({ box, class: classes, extra, ...level }) => ({
          ...level,
          counts: [box, classes, ...(extra === undefined ? [] : [extra])],
        }))}
        total={[
          "All",
          ...(branches.length > 1 ? ["both ways to predict"] : []),
          ...(dfl > 0 ? [`${count(dfl)} fixed weights for the mean`] : []),
        ].join(", with ")}
        parameters={parameters}
      />
    </>
  );
}

function AnchorBased({ head }: { head: Extract<Head, { anchors: number }> }) {
  const { anchors, nc, outputs, levels, parameters, extras } = head;
  const more = extras === undefined ? ["", ""] : [" + extras", ` + ${extras.outputs}`];
  return (
    <>
      <p>
        On each of {levels.length} levels one 1×1 convolution processes every cell of a grid. For each of {anchors}{" "}
        anchors, boxes of a usual size, it predicts how that box must be moved and scaled (4 numbers), whether there is
        an object at all (1), and of which of {nc} classes ({nc}).
      </p>
      <pre className="formula">
        {`anchors · (5 + classes${more[0]}) = ${anchors} · (5 + ${nc}${more[1]}) = ${outputs} outputs a cell`}
      </pre>
      <Further {...head} />
      <LevelTable
        parts={["Parameters"]}
        levels={levels.map(({ parameters, ...level }) => ({ ...level, counts: [parameters] }))}
        total="All"
        parameters={parameters}
      />
    </>
  );
}

interface LevelTableProps {
  /** What the head consists of on a level. */
  parts: readonly string[];
  /** Parameters by part. */
  levels: readonly { stride: number; channels: number; counts: readonly number[] }[];
  total: string;
  parameters: number;
}

function LevelTable({ parts, levels, total, parameters }: LevelTableProps) {
  const sum = (counts: readonly number[]) => counts.reduce((all, each) => all + each, 0);
  const largest = Math.max(...levels.map(({ counts }) => sum(counts)));
  return (
    <Table
      label="How the outputs come about"
      rows={levels}
      keyOf={({ stride }) => stride}
      columns={[
        { title: "One cell is", className: "number", cell: ({ stride }) => `${stride} × ${stride} px` },
        { title: "Channels in", className: "number", cell: ({ channels }) => channels },
        ...parts.map((title, i) => ({
          ...{ title, className: "number", ...(parts.length > 1 && { mark: barParts[i] }) },
          cell: ({ counts }: (typeof levels)[number]) => count(counts[i] ?? 0),
        })),
        {
          ...{ title: "Shares", isUntitled: true, className: "bar-cell" },
          cell: ({ counts }) => <Bar share={sum(counts) / largest} parts={counts} />,
        },
      ]}
      foot={
        <>
          <th scope="row" colSpan={2}>
            {total}
          </th>
          <td className="number" colSpan={parts.length}>
            {count(parameters)}
          </td>
          <td />
        </>
      }
    />
  );
}
