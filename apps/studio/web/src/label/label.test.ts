import { describe, expect, it } from "vitest";
import { routeOf } from "../shell/route.ts";
import { actionOf } from "./label-keys.ts";
import { fit, pan, toFractions, zoomAt } from "./viewport.ts";

const image = { width: 400, height: 200 };
const stage = { width: 832, height: 632 };

describe("the viewport", () => {
  it("shows the whole image in the middle", () => {
    expect(fit(image, stage)).toEqual({ scale: 2, x: 16, y: 116 });
    expect(fit({ width: 1, height: 1 }, stage).scale).toBe(40);
  });

  it("zooms around a point, which stays where it is", () => {
    const before = fit(image, stage);
    const point = [300, 200] as const;
    const after = zoomAt(before, 2.5, point, 1);
    expect(after.scale).toBe(5);
    expect(toFractions(after, point, image)).toEqual(toFractions(before, point, image));
    expect(zoomAt(before, 0.01, point, 1).scale).toBe(1);
  });

  it("keeps a part of the image on the stage", () => {
    const { x, y } = pan(fit(image, stage), [-9999, 9999], image, stage);
    expect([x, y]).toEqual([40 - 800, 632 - 40]);
  });
});

describe("keys", () => {
  const press = (key: string, pressed: Partial<KeyboardEvent> = {}) =>
    actionOf({ key, shiftKey: false, altKey: false, ctrlKey: false, metaKey: false, ...pressed });

  it("move, resize, select, classify and remove", () => {
    expect(press("ArrowLeft")).toEqual({ kind: "nudge", dx: -1, dy: 0, resize: false });
    expect(press("ArrowDown", { shiftKey: true, altKey: true })).toEqual({
      kind: "nudge",
      dx: 0,
      dy: 10,
      resize: true,
    });
    expect(press("N")).toEqual({ kind: "select", step: 1 });
    expect([press("1"), press("0")]).toEqual([
      { kind: "class", number: 0 },
      { kind: "class", number: 9 },
    ]);
    expect(press("Enter", { shiftKey: true })).toEqual({ kind: "accept-all" });
    expect(press("Delete")).toEqual({ kind: "remove" });
  });

  it("leave the browser its own", () => {
    expect(press("b", { ctrlKey: true })).toBeUndefined();
    expect(press("f", { altKey: true })).toBeUndefined();
    expect(press("Tab")).toBeUndefined();
  });
});

describe("addresses", () => {
  it("name a view and an image", () => {
    expect(routeOf("#/label/a%20b.jpg")).toEqual({ view: "label", image: "a b.jpg" });
    expect(routeOf("#/nowhere")).toEqual({ view: "images", image: undefined });
    expect(routeOf("#/label/%")).toEqual({ view: "label", image: "%" });
  });
});
