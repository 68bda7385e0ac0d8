import { LookonceError } from "@lookonce/errors";

/** Where a tracking server is and who asks. */
export interface MlflowServer {
  /** Address of the server, such as `http://127.0.0.1:5000`; a name and a password may stand in it. */
  uri: string;
  /** Name and password (`MLFLOW_TRACKING_USERNAME`, `MLFLOW_TRACKING_PASSWORD`). */
  username?: string | undefined;
  password?: string | undefined;
  /** A token instead (`MLFLOW_TRACKING_TOKEN`). */
  token?: string | undefined;
  /** Milliseconds after which a request has failed. Default 10,000. */
  timeoutMs?: number;
}

/** A number at a step. */
export interface MlflowMetric {
  key: string;
  value: number;
  /** Milliseconds since 1970. */
  timestamp: number;
  step: number;
}

/** A key with a text, as parameters and tags are. */
export interface MlflowText {
  key: string;
  value: string;
}

/** A run, as the server describes it. */
export interface MlflowRun {
  runId: string;
  experimentId: string;
  /** Where its files are. */
  artifactUri: string;
}

/** A run's `status`. */
export type MlflowStatus = "RUNNING" | "FINISHED" | "FAILED" | "KILLED";

/** Milliseconds after which a file that is sent has failed. */
const artifactTimeoutMs = 120_000;

/** The parts of MLflow's REST API (version 2.0, https://mlflow.org/docs/latest/api_reference/rest-api.html) that a training needs. */
export class MlflowClient {
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeoutMs: number;

  /** @throws LookonceError `ARGUMENT` for an address that is none of HTTP */
  constructor({ uri, username, password, token, timeoutMs = 10_000 }: MlflowServer) {
    const url = URL.canParse(uri) ? new URL(uri) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol)) {
      const example = "expected the address of a tracking server, such as http://127.0.0.1:5000";
      throw new LookonceError("ARGUMENT", `mlflow cannot be ${JSON.stringify(uri.slice(0, 100))}: ${example}.`);
    }
    const name = username ?? decodeURIComponent(url.username);
    const secret = password ?? decodeURIComponent(url.password);
    this.#base = `${url.origin}${url.pathname.replace(/\/$/, "")}`;
    this.#headers = {
      "content-type": "application/json",
      ...(token
        ? { authorization: `Bearer ${token}` }
        : name
          ? { authorization: `Basic ${base64(`${name}:${secret}`)}` }
          : {}),
    };
    this.#timeoutMs = timeoutMs;
  }

  /** The experiment of a name, which is made where there is none. */
  async experiment(name: string): Promise<string> {
    const query = `experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`;
    try {
      const { experiment } = await this.#ask<{ experiment: { experiment_id: string } }>("GET", query);
      return experiment.experiment_id;
    } catch (error) {
      if (!(error instanceof MlflowError) || error.status !== 404) throw error;
    }
    return (await this.#ask<{ experiment_id: string }>("POST", "experiments/create", { name })).experiment_id;
  }

  /** Starts a run. */
  async createRun(
    experimentId: string,
    { name, tags }: { name: string; tags: readonly MlflowText[] },
  ): Promise<MlflowRun> {
    const body = { experiment_id: experimentId, run_name: name, start_time: Date.now(), tags };
    return runOf(await this.#ask("POST", "runs/create", body));
  }

  /** Continues a run. */
  async resumeRun(runId: string): Promise<MlflowRun> {
    await this.#ask("POST", "runs/update", { run_id: runId, status: "RUNNING" });
    return runOf(await this.#ask("GET", `runs/get?run_id=${encodeURIComponent(runId)}`));
  }

  /** Logs at most 1000 metrics, and 100 parameters, which never change. */
  async logBatch(
    runId: string,
    { metrics = [], params = [] }: { metrics?: readonly MlflowMetric[]; params?: readonly MlflowText[] },
  ): Promise<void> {
    // JSON has no such numbers; the server reads their names
    const values = metrics.map(({ value, ...metric }) => {
      return { ...metric, value: Number.isFinite(value) ? value : String(value) };
    });
    await this.#ask("POST", "runs/log-batch", { run_id: runId, metrics: values, params });
  }

  /** Ends a run. */
  async endRun(runId: string, status: MlflowStatus): Promise<void> {
    await this.#ask("POST", "runs/update", { run_id: runId, status, end_time: Date.now() });
  }

  /** Whether the server keeps the files of a run itself, so that they can be sent to it. */
  keepsArtifacts({ artifactUri }: MlflowRun): boolean {
    return artifactUri.startsWith("mlflow-artifacts:");
  }

  /** Sends a file of a run to a server that keeps files itself. @param path below the run's folder, with `/` */
  async logArtifact({ artifactUri }: MlflowRun, path: string, content: Blob): Promise<void> {
    const root = artifactUri.replace(/^mlflow-artifacts:(\/\/[^/]*)?\/?/, "");
    const place = `${root}/${path}`.split("/").map(encodeURIComponent).join("/");
    await this.#fetch(`/api/2.0/mlflow-artifacts/artifacts/${place}`, {
      // vocabulary-allow: put, HTTP's method
      method: "PUT",
      headers: { ...this.#headers, "content-type": "application/octet-stream" },
      body: content,
      signal: AbortSignal.timeout(artifactTimeoutMs),
    });
  }

  async #ask<T>(method: "GET" | "POST", path: string, body?: object): Promise<T> {
    const response = await this.#fetch(`/api/2.0/mlflow/${path}`, {
      method,
      headers: this.#headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(this.#timeoutMs),
    });
    return (await response.json()) as T;
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(`${this.#base}${path}`, init);
    } catch (cause) {
      const { message, cause: inner } = cause as Error;
      const reason = (inner as Error | undefined)?.message || message;
      throw new MlflowError(`${this.#base} does not answer: ${reason}`, { cause });
    }
    if (response.ok) return response;
    const text = await response.text().catch(() => "");
    throw new MlflowError(`${this.#base} answers ${response.status}: ${reasonIn(text)}`, { status: response.status });
  }
}

/** A request that failed. */
export class MlflowError extends Error {
  /** Of the answer; missing where there was none. */
  readonly status: number | undefined;

  constructor(message: string, { status, cause }: { status?: number; cause?: unknown } = {}) {
    super(message, { cause });
    this.status = status;
  }

  /** Whether the same request can succeed later: nobody answered, or the server had a fault of its own. */
  get isPassing(): boolean {
    return this.status === undefined || this.status >= 500 || this.status === 429;
  }
}

function runOf({ run }: { run: { info: { run_id: string; experiment_id: string; artifact_uri: string } } }): MlflowRun {
  const { run_id: runId, experiment_id: experimentId, artifact_uri: artifactUri } = run.info;
  return { runId, experimentId, artifactUri };
}

/** What a server says of an error: `{"error_code": …, "message": …}`, or a page. */
function reasonIn(text: string): string {
  try {
    const { message, error_code: code } = JSON.parse(text) as { message?: unknown; error_code?: unknown };
    return String(message ?? code).slice(0, 300);
  } catch {
    return (
      text
        .replace(/<[^>]*>/g, " ")
        .replace(/\s+/g, " ")
        .trim()
        .slice(0, 100) || "no reason"
    );
  }
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
