import { expect, it } from "vitest";
import { lookonce } from "../test-run.ts";

it("lookonce checks lists every device with what it lacks", async () => {
  const { code, stdout, json } = await lookonce("checks", "--json");
  expect(code).toBe(0);
  expect(stdout.trimEnd().split("\n")).toHaveLength(1);
  const found = json<{ devices: { device: string; usable: boolean; reason: string }[]; versions: { node: string } }>();
  expect(found.versions.node).toBe(process.versions.node);
  expect(found.devices.find(({ device }) => device === "cpu")).toMatchObject({ usable: true });
  const text = (await lookonce("checks")).stdout;
  for (const { device, usable } of found.devices)
    expect(text).toMatch(new RegExp(`^${device} +${usable ? "yes" : "no"} `, "m"));
});
