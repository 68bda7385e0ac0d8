import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { assumed, measured, ringBytes, ringSeconds, training, withTables } from "./distributed-costs.mjs";

const page = readFileSync(new URL("../docs/distributed-costs.md", import.meta.url), "utf8");

describe("what many machines would cost", () => {
  it("is in the page as it is computed", () => {
    expect(page.match(/<!-- costs: /g)).toHaveLength(2);
    expect(withTables(page)).toBe(page);
  });

  it("names what was measured as the page does, and as bench/README.md recorded it", () => {
    const bench = readFileSync(new URL("../bench/README.md", import.meta.url), "utf8");
    expect(bench).toContain(`number of parameters, ${measured.parameters.toLocaleString("en")}`);
    expect(bench).toContain(`| train, 640, batch ${measured.stepImages} | ${measured.stepSeconds} |`);
    expect(bench).toContain(`| images a second, file to boxes, 2 workers | ${measured.predicted} |`);
    for (const value of [
      measured.parameters.toLocaleString("en"),
      `${((measured.parameters * measured.gradientBytes) / 1e6).toFixed(1)} MB`,
      `${measured.stepSeconds} s`,
      `${measured.predicted} images`,
      Math.round(measured.imageBytes).toLocaleString("en"),
      `${1000 * measured.localReduce} ms`,
      `${assumed.price} €`,
    ]) {
      expect(page).toContain(value);
    }
  });

  it("follows from the formulas in its text", () => {
    const bytes = measured.parameters * measured.gradientBytes;
    // Every machine sends its n-th part n - 1 times to be added, and n - 1 times to be known.
    expect(ringBytes(4, 100)).toBe(3 * 25 + 3 * 25);
    expect(ringSeconds({ machines: 2, bytes: 1e6, network: 8e6, latency: 0.25 })).toBe(1 + 2 * 0.25);
    const slow = training({ network: 1e9 });
    const batch = assumed.machines * measured.stepImages;
    expect(slow.steps).toBe(Math.ceil(assumed.images / batch) * assumed.epochs);
    expect(Math.ceil(assumed.images / batch)).toBe(232);
    expect(slow.hours * 3600).toBeCloseTo(slow.steps * (measured.stepSeconds + slow.reduce), 6);
    const computing = measured.stepSeconds / 10;
    const share = (network: number): string => (computing / (computing + training({ network }).reduce)).toFixed(2);
    expect(page).toContain(
      `${computing.toFixed(3)} s of computing to ${slow.reduce.toFixed(3)} s of exchange are ${share(1e9)}`,
    );
    expect(page).toContain(`at 10 Gbit/s ${share(10e9)}`);
    const messages = 2 * (assumed.machines - 1);
    expect(page).toContain(
      `114 times ${messages} messages of\n50 µs are ${(114 * messages * assumed.latency).toFixed(1)} s`,
    );
    expect(page).toContain(`${((3 * bytes) / 1e6).toFixed(0)} MB, and is written`);
    expect(page).toContain(`= ${((232 * training({ network: 10e9 }).step) / 2 / 60).toFixed(0)} minutes`);
    expect(page).toContain(`= ${((measured.predicted * measured.imageBytes) / 1e6).toFixed(1)} MB a second`);
    expect(page).toContain(`every ${(10_000 / measured.predicted / assumed.machines).toFixed(1)} seconds`);
    expect(page).toContain(`once is ${(1e9 / batch).toLocaleString("en")} steps`);
  });
});
