import { useRef, useState } from "react";
import { ApiError, send } from "../api/call.ts";
import { keyHeader } from "../api/key.ts";
import { Button } from "../controls/button.tsx";
import { Field } from "../controls/field.tsx";
import { addressOf, curlOf, type Draft, isFile, type OpenApiDocument, type Operation, sampleOf } from "./openapi.ts";

/** What came back. */
interface Answer {
  status: number;
  milliseconds: number;
  text: string;
}

/** Characters of an answer that are shown; the rest of large ones is for programs. */
const maxShown = 20_000;

/** One operation: what it is for, a form to try it with, what it answers. */
export function OperationView({ operation, document }: { operation: Operation; document: OpenApiDocument }) {
  const { method, path, summary, description, parameters, bodies, answers } = operation;
  const [type, setType] = useState(bodies[0]?.[0]);
  const schema = bodies.find(([each]) => each === type)?.[1];
  const [values, setValues] = useState<Record<string, string>>({});
  const [files, setFiles] = useState<File[]>([]);
  const [json, setJson] = useState(() => {
    const own = bodies.find(([each]) => each === "application/json")?.[1];
    return own === undefined ? "" : JSON.stringify(sampleOf(own, document, { required: true }), undefined, 2);
  });
  const [answer, setAnswer] = useState<Answer>();
  const [busy, setBusy] = useState<AbortController>();
  const form = useRef<HTMLFormElement>(null);
  const set = (name: string, value: string) => setValues((before) => ({ ...before, [name]: value }));

  const fields = type === "multipart/form-data" ? Object.entries(schema?.properties ?? {}) : [];
  const draft: Draft = { method, address: addressOf(operation, values), type, body: bodyOf() };

  function bodyOf(): Draft["body"] {
    if (type === undefined || schema === undefined) return undefined;
    if (type === "application/json") return json;
    if (type !== "multipart/form-data") return files[0];
    return fields.flatMap(([name, each]): [string, string | File][] => {
      if (isFile(each)) return files.map((file) => [name, file]);
      const value = values[`form ${name}`] ?? "";
      return value === "" ? [] : [[name, value]];
    });
  }

  const trySending = async () => {
    if (form.current?.reportValidity() === false) return;
    const abort = new AbortController();
    setBusy(abort);
    const start = performance.now();
    const done = (status: number, text: string) => setAnswer({ status, text, milliseconds: performance.now() - start });
    try {
      const response = await send(draft.address, { ...requestOf(draft), signal: abort.signal });
      done(response.status, await textOf(response));
    } catch (error) {
      if (abort.signal.aborted) done(0, "stopped");
      else if (!(error instanceof ApiError)) done(0, String(error));
      else done(error.status, JSON.stringify({ error: { code: error.code, message: error.message } }, undefined, 2));
    } finally {
      setBusy(undefined);
    }
  };

  return (
    <article className="operation" aria-label={summary}>
      <h2>{summary}</h2>
      <p>
        <span className="method">{method}</span> <code>{path}</code>
      </p>
      {description !== undefined && <p>{description}</p>}
      <form ref={form} className="operation-form" onSubmit={(event) => event.preventDefault()}>
        {bodies.length > 1 && (
          <Field label="Body">
            <select value={type} onChange={(event) => setType(event.target.value)}>
              {bodies.map(([each]) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </Field>
        )}
        {parameters
          .filter(({ in: place }) => place === "path" || type === undefined || !(type in named))
          .map(({ name, required = false, description: hint, schema: each }) => (
            <ValueField
              key={name}
              {...{ name, required, hint: hint ?? each?.description }}
              value={values[name] ?? ""}
              onChange={(value) => set(name, value)}
            />
          ))}
        {type === "application/json" && (
          <Field label="JSON">
            <textarea rows={10} spellCheck={false} value={json} onChange={(event) => setJson(event.target.value)} />
          </Field>
        )}
        {type !== undefined && type !== "application/json" && type !== "multipart/form-data" && (
          <FileField label="File" accept={type} onChange={setFiles} />
        )}
        {fields.map(([name, each]) =>
          isFile(each) ? (
            <FileField key={name} label={name} accept="" several={each.items !== undefined} onChange={setFiles} />
          ) : (
            <ValueField
              key={name}
              {...{ name, required: false, hint: each.description }}
              value={values[`form ${name}`] ?? ""}
              onChange={(value) => set(`form ${name}`, value)}
            />
          ),
        )}
        <div className="actions">
          <Button className="button primary" disabled={busy !== undefined} onClick={trySending}>
            {busy === undefined ? "Send" : "Sending …"}
          </Button>
          {busy !== undefined && <Button onClick={() => busy.abort()}>Stop</Button>}
        </div>
      </form>
      <section aria-label="Answer" aria-live="polite">
        {answer !== undefined && (
          <>
            <h3>
              {answer.status === 0 ? "No answer" : `Answer ${answer.status}`} after {Math.round(answer.milliseconds)} ms
            </h3>
            <Text label="Text of the answer">{answer.text}</Text>
          </>
        )}
      </section>
      <h3>The same with curl</h3>
      <Text label="Command line">{curlOf(draft, location.origin, "authorization" in keyHeader())}</Text>
      <h3>Answers</h3>
      <ul className="answer-list">
        {answers.map(({ status, description: meaning, schema: each }) => (
          <li key={status}>
            <b>{status}</b> {meaning}
            {each !== undefined && (
              <details className="more">
                <summary>Example</summary>
                <Text label={`Example of ${status}`}>{JSON.stringify(sampleOf(each, document), undefined, 2)}</Text>
              </details>
            )}
          </li>
        ))}
      </ul>
    </article>
  );
}

/** Bodies that have the parameters in themselves: the address need not have them, too. */
const named: Readonly<Record<string, true>> = { "multipart/form-data": true, "application/json": true };

interface ValueFieldProps {
  name: string;
  required: boolean;
  hint: string | undefined;
  value: string;
  onChange: (value: string) => void;
}

function ValueField({ name, required, hint = "", value, onChange }: ValueFieldProps) {
  return (
    <Field label={name} hint={hint}>
      <input value={value} required={required} onChange={(event) => onChange(event.target.value)} />
    </Field>
  );
}

interface FileFieldProps {
  label: string;
  accept: string;
  several?: boolean;
  onChange: (files: File[]) => void;
}

function FileField({ label, accept, several = false, onChange }: FileFieldProps) {
  return (
    <Field label={label}>
      <input
        type="file"
        required
        {...{ accept, multiple: several }}
        onChange={({ target }) => onChange([...(target.files ?? [])])}
      />
    </Field>
  );
}

/** Text of a fixed width, which scrolls by keys. */
function Text({ label, children }: { label: string; children: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <section className="code-block" aria-label={label} tabIndex={0}>
      <pre>{children}</pre>
    </section>
  );
}

function requestOf({ method, type, body }: Draft): RequestInit {
  if (body === undefined) return { method };
  if (!Array.isArray(body)) {
    const own = typeof body === "string" || body.type === "" ? (type ?? "").replace("*", "jpeg") : body.type;
    return { method, body, headers: { "content-type": own } };
  }
  const form = new FormData();
  for (const [name, value] of body) form.append(name, value);
  return { method, body: form };
}

/** An answer as text for people: JSON indented, files by their size. */
async function textOf(response: Response): Promise<string> {
  const kind = response.headers.get("content-type") ?? "";
  if (kind.includes("json")) return shortened(JSON.stringify(await response.json(), undefined, 2));
  if (kind.startsWith("text/event-stream")) return firstEvents(response);
  if (kind.startsWith("text/")) return shortened(await response.text());
  const { size } = await response.blob();
  return size === 0 ? "nothing" : `${size} bytes of ${kind}`;
}

/** What has come of a stream that may never end. */
async function firstEvents(response: Response): Promise<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const first = await reader?.read();
  await reader?.cancel();
  return shortened(first?.value ?? "nothing");
}

function shortened(text: string): string {
  return text.length <= maxShown ? text : `${text.slice(0, maxShown)}\n… ${text.length - maxShown} more characters`;
}
