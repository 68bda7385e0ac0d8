/** JSON schema of every refusal. */
export const errorSchema = {
  $id: "Error",
  type: "object",
  description: "Why a request was refused: a code for programs and one sentence for people",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["code", "message"],
      properties: { code: { type: "string" }, message: { type: "string" } },
    },
  },
} as const;

/** Answers that refuse, for a route's `response`. */
export const refusals = { "4xx": { $ref: "Error#" }, "5xx": { $ref: "Error#" } } as const;
