import { useMemo } from "react";
import { useResource } from "../api/use-resource.ts";
import { Notice } from "../controls/notice.tsx";
import { linkTo } from "../shell/route.ts";
import { type OpenApiDocument, type Operation, operationsOf } from "./openapi.ts";
import { OperationView } from "./operation-view.tsx";

/** The service's API: every operation with its parameters and answers, to be tried. */
export function ExplorePage({ chosen }: { chosen: string | undefined }) {
  const { data, error, reload } = useResource<OpenApiDocument>("/openapi.json");
  const operations = useMemo(() => (data === undefined ? [] : operationsOf(data)), [data]);
  const shown = operations.find(({ id }) => id === chosen) ?? operations.find(({ id }) => id === "predict");
  return (
    <div className="explore">
      <h1 className="visually-hidden">API</h1>
      <aside className="side" aria-label="Operations">
        <p className="muted small">
          Described in OpenAPI 3.1: <a href="/openapi.json">openapi.json</a>. Types for programs are in{" "}
          <code>@lookonce/client</code>.
        </p>
        <Notice onRetry={reload}>{error}</Notice>
        {data?.tags?.map(({ name, description }) => (
          <Group
            key={name}
            {...{ name, description, shown }}
            operations={operations.filter(({ tag }) => tag === name)}
          />
        ))}
      </aside>
      {data !== undefined && shown !== undefined && <OperationView key={shown.id} operation={shown} document={data} />}
    </div>
  );
}

interface GroupProps {
  name: string;
  description: string | undefined;
  operations: readonly Operation[];
  shown: Operation | undefined;
}

function Group({ name, description, operations, shown }: GroupProps) {
  if (operations.length === 0) return null;
  return (
    <section aria-label={name}>
      <h2>{description ?? name}</h2>
      <ul className="operation-list">
        {operations.map((operation) => (
          <li key={operation.id}>
            <a href={linkTo("api", operation.id)} aria-current={operation === shown ? "true" : undefined}>
              <span className="method">{operation.method}</span>
              <span className="operation-path">{operation.path}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
