import { expect, it } from "vitest";
import { argRows } from "./arg-rows.ts";

it("lists which settings of runs differ", () => {
  expect(argRows([{ args: { lr0: 0.1 + 0.2, epochs: 3, box: [1, 2] } }, { args: { lr0: 0.3, epochs: 4 } }])).toEqual([
    { key: "box", values: ["[1,2]", "–"], differs: true },
    { key: "epochs", values: ["3", "4"], differs: true },
    { key: "lr0", values: ["0.3", "0.3"], differs: false },
  ]);
});
