import { useState } from "react";
import type { Model, ModelInfo } from "../api/types.ts";
import { useResource } from "../api/use-resource.ts";
import { familyTitle, figure, short } from "../controls/format.ts";
import { Notice } from "../controls/notice.tsx";
import { HeadExplained } from "./head-explained.tsx";
import { LayerTable } from "./layer-table.tsx";
import { ModelMap } from "./model-map.tsx";

/** What a model is made of. */
export function ModelView({ model }: { model: Model }) {
  const details = useResource<ModelInfo>(`/v1/models/${encodeURIComponent(model.id)}`);
  const info = details.data;
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
        <Fact name="family">{familyTitle(model.family)}</Fact>
        <Fact name="parameters">{model.parameters === null ? "–" : short(model.parameters)}</Fact>
        <Fact name={`GFLOPs at ${info?.imgsz ?? model.imgsz}`}>{info === undefined ? "–" : figure(info.gflops)}</Fact>
        <Fact name="layers">{info === undefined ? "–" : info.modules.length}</Fact>
        <Fact name="strides">{info === undefined ? "–" : info.strides.join(", ")}</Fact>
        <Fact name="classes">{model.names.length}</Fact>
      </dl>
      {details.error !== undefined &&
        (!model.family || model.file.endsWith(".onnx") ? (
          <p className="muted">{details.error}</p>
        ) : (
          <Notice onRetry={details.reload}>{details.error}</Notice>
        ))}
      {info !== undefined && (
        <>
          <ModelMap info={info} active={active} onActive={setActive} />
          <HeadExplained head={info.head} />
          <LayerTable info={info} active={active} onActive={setActive} />
        </>
      )}
      <details className="more">
        <summary>{model.names.length} class names</summary>
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
