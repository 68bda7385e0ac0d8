import { beforeAll, describe, it } from "vitest";
import { expectSameWhenResumed, prepareRuns } from "./test-resume.ts";

beforeAll(prepareRuns);

describe("a training that is resumed", () => {
  it.each([
    { optimizer: "NAdam", nbs: 6, lr0: 0.001, warmup_epochs: 0, cos_lr: true },
    { optimizer: "AdamW", nbs: 2, lr0: 0.001, ema_decay: 0 },
    { family: "v26", optimizer: "MuSGD", nbs: 6, warmup_epochs: 1 },
    { family: "v5", balance: "learned", nbs: 4, lr0: 0.1 },
  ] as const)("ends with the same weights as one that never stopped: %o", expectSameWhenResumed);
});
