import { call, post } from "../api/call.ts";
import type { Model, ModelList } from "../api/types.ts";
import { useAction } from "../api/use-action.ts";
import { useResource } from "../api/use-resource.ts";
import { Button } from "../controls/button.tsx";
import { familyTitle, sizeText } from "../controls/format.ts";
import { Notice } from "../controls/notice.tsx";
import { goTo, linkTo } from "../shell/route.ts";
import { ModelView } from "./model-view.tsx";

/** Models: what is loaded, what could be, and what they are made of. */
export function ModelsPage({ chosen }: { chosen: string | undefined }) {
  const models = useResource<ModelList>("/v1/models");
  const { busy, error, run } = useAction();
  const loaded = models.data?.models ?? [];
  const others = models.data?.available ?? [];
  const shown = loaded.find(({ id }) => id === chosen) ?? loaded[0];

  const load = (file: string) =>
    run(file, async () => {
      const { id } = await post<Model>("/v1/models", { file });
      goTo(linkTo("models", id));
      models.reload();
    });
  const unload = (id: string) =>
    run(id, async () => {
      await call(`/v1/models/${encodeURIComponent(id)}`, { method: "DELETE" });
      models.reload();
    });
  return (
    <div className="models">
      <h1 className="visually-hidden">Models</h1>
      <aside className="side" aria-label="Models">
        <h2>Loaded</h2>
        <Notice onRetry={models.reload}>{models.error}</Notice>
        {models.data !== undefined && loaded.length === 0 && <p className="muted">No model is loaded.</p>}
        <ul className="model-list">
          {loaded.map((model) => (
            <li key={model.id}>
              <a href={linkTo("models", model.id)} aria-current={model === shown ? "true" : undefined}>
                <b>{model.id}</b>
                <span className="muted small">{describe(model)}</span>
              </a>
              <Button
                className="text-button"
                aria-label={`Unload ${model.id}`}
                disabled={busy !== undefined}
                onClick={() => unload(model.id)}
              >
                {busy === model.id ? "…" : "Unload"}
              </Button>
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
                  <Button
                    className="text-button"
                    aria-label={`Load ${file}`}
                    disabled={busy !== undefined}
                    onClick={() => load(file)}
                  >
                    {busy === file ? "Loading …" : "Load"}
                  </Button>
                </li>
              ))}
            </ul>
          </>
        )}
        <Notice>{error}</Notice>
      </aside>
      {shown !== undefined && <ModelView key={shown.id} model={shown} />}
    </div>
  );
}

function describe(model: Model): string {
  if (!model.loaded) return "on its way …";
  return [familyTitle(model.family), ...sizeText(model), ...(model.default ? ["default"] : [])].join(" · ");
}
