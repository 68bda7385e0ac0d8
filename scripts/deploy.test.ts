import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CommandName, optionSchema } from "@lookonce/config";
import { load, loadAll, YAML11_SCHEMA } from "js-yaml";
import { describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL("../deploy", import.meta.url));
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".yaml"));

type Json = Readonly<Record<string, unknown>>;

interface Container extends Json {
  image: string;
  command: string[];
  args?: string[];
  ports?: { name: string; containerPort: number }[];
  volumeMounts?: { name: string; mountPath: string }[];
}

interface PodSpec extends Json {
  containers: Container[];
  volumes?: { name: string }[];
}

const text = (name: string): string => readFileSync(join(folder, name), "utf8");

/** Checks that a command line of ours is one: a command, and options that it has. */
function checkCommand(command: readonly string[]): void {
  const at = command.indexOf("/opt/lookonce/packages/lookonce/bin/lookonce.js");
  if (at < 0) return;
  const [name = "", ...given] = command.slice(at + 1);
  const { options } = optionSchema[name as CommandName] ?? { options: {} };
  for (const word of given) {
    expect(word).toMatch(/^[a-z_0-9]+=.+$/);
    expect(Object.keys(options), `${name}: ${word}`).toContain(word.split("=")[0]);
  }
}

/** The pods of an object, wherever its kind keeps them. */
function podsOf(value: unknown): PodSpec[] {
  if (typeof value !== "object" || value === null) return [];
  const own = "containers" in value ? [value as PodSpec] : [];
  return [...own, ...Object.values(value).flatMap(podsOf)];
}

describe.each(files.filter((name) => name.startsWith("kubernetes")))("%s", (name) => {
  const objects = loadAll(text(name)) as Json[];

  it("has what Kubernetes requires", () => {
    expect(objects.length).toBeGreaterThan(0);
    for (const object of objects) {
      expect(object).toMatchObject({
        apiVersion: expect.stringMatching(/^([a-z0-9.]+\/)?v\d/),
        kind: expect.stringMatching(/^[A-Z]\w+$/),
        metadata: { name: expect.stringMatching(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/) },
        spec: expect.any(Object),
      });
    }
    const pods = objects.flatMap(podsOf);
    expect(pods.length).toBeGreaterThan(0);
    for (const { containers, volumes = [] } of pods) {
      const known = volumes.map((volume) => volume.name);
      for (const { image, command, args = [], ports = [], volumeMounts = [], ...probes } of containers) {
        expect(image).toEqual(expect.any(String));
        checkCommand([...command, ...args]);
        for (const mount of volumeMounts) expect(known).toContain(mount.name);
        const asked = JSON.stringify(probes).matchAll(/"httpGet":\{[^}]*"port":"(\w+)"/g);
        for (const [, port] of asked) expect(ports.map((one) => one.name)).toContain(port);
      }
    }
  });
});

it("has an Indexed Job whose pods know their number, and a Deployment whose selector finds its pods", () => {
  const job = load(text("kubernetes/predict-job.yaml")) as { spec: Json };
  expect(job.spec).toMatchObject({ completionMode: "Indexed", completions: 16, parallelism: 4 });
  expect(JSON.stringify(job.spec)).toContain("job-completion-index");
  const { spec } = load(text("kubernetes/workers.yaml")) as {
    spec: { selector: { matchLabels: Json }; template: { metadata: { labels: Json }; spec: Json } };
  };
  expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels);
  expect(Number(spec.template.spec.terminationGracePeriodSeconds)).toBeGreaterThan(60 + 30);
});

it.each(["Dockerfile", "cuda.Dockerfile"])(
  "%s starts the service with options that it has, as a user without rights",
  (name) => {
    const [, entry = "[]"] = /^ENTRYPOINT (.+)$/m.exec(text(name)) ?? [];
    const command = JSON.parse(entry) as string[];
    expect(command.slice(0, 3)).toEqual(["node", "/opt/lookonce/packages/lookonce/bin/lookonce.js", "serve"]);
    checkCommand(command);
    expect(text(name)).toMatch(/^USER (node|1000:1000)$/m);
  },
);

describe("compose.yaml", () => {
  interface Service extends Json {
    image: string;
    entrypoint?: string[];
    command?: string[];
    volumes?: string[];
    depends_on?: Json;
    healthcheck?: Json;
  }
  const { services, volumes } = load(text("compose.yaml"), { schema: YAML11_SCHEMA }) as {
    services: Record<string, Service>;
    volumes: Json;
  };

  it("names services, volumes and options that there are", () => {
    expect(Object.keys(services)).toEqual(["redis", "service", "worker"]);
    for (const { image, entrypoint = [], command = [], volumes: used = [], depends_on = {} } of Object.values(
      services,
    )) {
      expect(image).toEqual(expect.any(String));
      checkCommand([...entrypoint, ...command]);
      for (const volume of used) expect(Object.keys(volumes)).toContain(volume.split(":")[0]);
      for (const other of Object.keys(depends_on)) expect(services[other]?.healthcheck).toBeDefined();
    }
  });

  it.each(["compose.cuda.yaml", "compose.service.yaml"])("has options that there are in %s", (name) => {
    const other = load(text(name), { schema: YAML11_SCHEMA }) as { services: Record<string, Service> };
    for (const [service, { command = [], build }] of Object.entries(other.services)) {
      expect(Object.keys(services)).toContain(service);
      const program = services[service]?.entrypoint ?? [];
      checkCommand([...program, ...command]);
      expect(readdirSync(folder)).toContain((build as { dockerfile: string }).dockerfile.replace("deploy/", ""));
    }
  });

  it("keeps the queue on the disk, and its password out of the file", () => {
    expect(services.redis?.command?.join(" ")).toMatch(/--appendonly yes --maxmemory-policy noeviction/);
    for (const match of text("compose.yaml").matchAll(/(PASSWORD|LOOKONCE_KEY): (.*)/g)) {
      expect(match[2]).toMatch(/^\$\{\w+:\?set \w+\}$/);
    }
  });
});
