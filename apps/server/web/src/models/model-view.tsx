import { useState } from "react";
import type { Model, ModelInfo } from "../api/types.ts";
import { useResource } from "../api/use-resource.ts";
import { count, figure, short } from "../controls/format.ts";
import { Notice } from "../controls/notice.tsx";
import { HeadExplained } from "./head-explained.tsx";
import { LayerTable } from "./layer-table.tsx";
import { ModelMap } from "./model-map.tsx";

type Details = Partial<ModelInfo> & { info?: ModelInfo };

/** What a model is made of. */
export function ModelView({ model }: { model: Model }) {
  const details = useResource<Details>(`/v1/models/${encodeURIComponent(model.id)}`);
  const info = details.data?.info ?? (details.data?.modules === undefined ? undefined : (details.data as ModelInfo));
  const [active, setActive] = useState<number>();
  return (
    <article
      className="model"
      aria-label={model.id}
      aria-busy={details.data === undefined && details.error === undefined}
    >
      <header>
        <h2>{model.id}</h2>
        <p className="muted">{model.file}</p>
      </header>
      <dl className="facts">
        <Fact name="family">{model.family === "v5" ? "YOLOv5" : "YOLOv8"}</Fact>
        <Fact name="parameters">{short(model.parameters)}</Fact>
        <Fact name={`GFLOPs at ${info?.imgsz ?? model.imgsz}`}>{info === undefined ? "–" : figure(info.gflops)}</Fact>
        <Fact name="rows">{info === undefined ? "–" : info.modules.length}</Fact>
        <Fact name="strides">{info === undefined ? "–" : info.strides.join(", ")}</Fact>
        <Fact name="classes">{count(model.nc)}</Fact>
      </dl>
      {details.error !== undefined && <Notice onRetry={details.reload}>{details.error}</Notice>}
      {info !== undefined && (
        <>
          <ModelMap info={info} active={active} onActive={setActive} />
          <HeadExplained head={info.head} />
          <LayerTable info={info} active={active} onActive={setActive} />
        </>
      )}
      {details.data !== undefined && info === undefined && (
        <p className="muted">Of an exported model its file alone is known; look at the weights it was made from.</p>
      )}
      <details className="more">
        <summary>{model.nc} class names</summary>
        <ol className="class-names" start={0}>
          {model.names.map((name) => (
            <li key={name}>{name}</li>
          ))}
        </ol>
      </details>
    </article>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
