import { useState } from "react";
import { call, post, sentence } from "../api/call.ts";
import type { Model, ModelList } from "../api/types.ts";
import { useResource } from "../api/use-resource.ts";
import { familyTitle, short } from "../controls/format.ts";
import { Notice } from "../controls/notice.tsx";
import { goTo, linkTo } from "../shell/route.ts";
import { ModelView } from "./model-view.tsx";

/** Models: what is loaded, what could be, and what they are made of. */
export function ModelsPage({ chosen }: { chosen: string | undefined }) {
  const models = useResource<ModelList>("/v1/models");
  const [busy, setBusy] = useState<string>();
  const [error, setError] = useState<string>();
  const loaded = models.data?.models ?? [];
  const others = models.data?.available ?? [];
  const shown = loaded.find(({ id }) => id === chosen) ?? loaded[0];

  const run = async (what: string, task: () => Promise<void>) => {
    setBusy(what);
    setError(undefined);
    try {
      await task();
      models.reload();
    } catch (reason) {
      setError(sentence(reason));
    } finally {
      setBusy(undefined);
    }
  };
  const load = (file: string) =>
    run(file, async () => {
      const { id } = await post<Model>("/v1/models", { file });
      goTo(linkTo("models", id));
    });
  const unload = (id: string) => run(id, () => call(`/v1/models/${encodeURIComponent(id)}`, { method: "DELETE" }));
  return (
    <div className="models">
      <h1 className="visually-hidden">Models</h1>
      <aside className="side" aria-label="Models">
        <h2>Loaded</h2>
        {models.error !== undefined && <Notice onRetry={models.reload}>{models.error}</Notice>}
        {models.data !== undefined && loaded.length === 0 && <p className="muted">No model is loaded.</p>}
        <ul className="model-list">
          {loaded.map((model) => (
            <li key={model.id}>
              <a href={linkTo("models", model.id)} aria-current={model === shown ? "true" : undefined}>
                <b>{model.id}</b>
                <span className="muted small">{describe(model)}</span>
              </a>
              <button
                type="button"
                className="text-button"
                aria-label={`Unload ${model.id}`}
                disabled={busy !== undefined}
                onClick={() => unload(model.id)}
              >
                {busy === model.id ? "…" : "Unload"}
              </button>
            </li>
          ))}
        </ul>
        {others.length > 0 && (
          <>
            <h2>In the model folders</h2>
            <ul className="model-list">
              {others.map(({ file }) => (
                <li key={file}>
                  <span className="model-file">{file}</span>
                  <button
                    type="button"
                    className="text-button"
                    aria-label={`Load ${file}`}
                    disabled={busy !== undefined}
                    onClick={() => load(file)}
                  >
                    {busy === file ? "Loading …" : "Load"}
                  </button>
                </li>
              ))}
            </ul>
          </>
        )}
        {error !== undefined && <Notice>{error}</Notice>}
      </aside>
      {shown !== undefined && <ModelView key={shown.id} model={shown} />}
    </div>
  );
}

function describe({ family, parameters, nc, loaded, ...model }: Model): string {
  if (!loaded) return "on its way …";
  return [
    familyTitle(family),
    parameters === null ? [] : `${short(parameters)} parameters`,
    nc === null ? [] : `${nc} classes`,
    model.default ? "default" : [],
  ]
    .flat()
    .join(" · ");
}
