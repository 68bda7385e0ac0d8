import { useState } from "react";
import type { Model, ModelInfo } from "../api/types.ts";
import { useResource } from "../api/use-resource.ts";
import { Facts } from "../controls/facts.tsx";
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
      <Facts
        facts={[
          ["family", familyTitle(model.family)],
          ["parameters", model.parameters === null ? "–" : short(model.parameters)],
          [`GFLOPs at ${info?.imgsz ?? model.imgsz}`, info === undefined ? "–" : figure(info.gflops)],
          ["layers", info?.modules.length ?? "–"],
          ["strides", info?.strides.join(", ") ?? "–"],
          ["classes", model.names.length],
        ]}
      />
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
