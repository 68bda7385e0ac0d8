const best = {
  type: "object",
  description: "scores of the fittest epoch",
  properties: {
    epoch: { type: "integer" },
    map50: { type: "number" },
    map50_95: { type: "number" },
    fitness: { type: "number" },
  },
} as const;

const summary = {
  name: { type: "string" },
  created: { type: "string", format: "date-time" },
  epochs: { type: "integer", description: "epochs that were finished" },
  best,
} as const;

/** Answer of `GET /v1/runs`. */
export const runsSchema: object = {
  type: "object",
  properties: { runs: { type: "array", items: { type: "object", properties: summary } } },
};

/** Answer of `GET /v1/runs/:name`. */
export const runSchema: object = {
  type: "object",
  properties: {
    ...summary,
    args: { type: "object", additionalProperties: true, description: "the contents of args.yaml" },
    columns: { type: "array", items: { type: "string" }, description: "columns of results.csv" },
    rows: { type: "array", items: { type: "array", items: { type: ["number", "null"] } } },
    images: { type: "array", items: { type: "string" }, description: "names for /v1/runs/{name}/files/" },
  },
};
