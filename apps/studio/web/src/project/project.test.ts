import { describe, expect, it } from "vitest";
import { boxAt, boxBetween, moveBox, overlap, readingOrder, resizeBox } from "./box-geometry.ts";
import { checkLabels } from "./check-labels.ts";
import { dealImages } from "./deal-images.ts";
import { addClass, mergeClass, nextColor, removeClass, renameClass } from "./edit-classes.ts";
import {
  acceptProposals,
  addBox,
  addImages,
  changeBox,
  propose,
  rejectProposals,
  removeBox,
  removeImages,
  setBackground,
} from "./edit-images.ts";
import { filterCounts } from "./filter-images.ts";
import { change, redo, startHistory, undo } from "./history.ts";
import { classCounts, emptyProject, imageNamed, newImage, type Project } from "./project.ts";
import { proposeFound } from "./propose-found.ts";

const corners = { x1: 0.1, y1: 0.2, x2: 0.5, y2: 0.6 };

/** Images a.jpg to j.jpg of 100 × 100 pixels, and the classes cat (1) and dog (2). */
function tenImages(): Project {
  const images = [..."abcdefghij"].map((letter) => newImage({ name: `${letter}.jpg`, width: 100, height: 100 }));
  const project = addImages(emptyProject, images);
  return addClass(addClass(project, "cat").project, "dog").project;
}

function withBoxes(count: number, classId = 1): Project {
  return tenImages()
    .images.slice(0, count)
    .reduce((project, { name }) => addBox(project, name, { ...corners, classId }).project, tenImages());
}

describe("images and boxes", () => {
  it("are changed without touching what was", () => {
    const before = tenImages();
    const { project, id } = addBox(before, "a.jpg", { ...corners, classId: 1 });
    const moved = changeBox(project, "a.jpg", id, { x2: 0.7 });
    expect(imageNamed(moved, "a.jpg")?.boxes).toEqual([{ ...corners, x2: 0.7, id, classId: 1 }]);
    expect(imageNamed(project, "a.jpg")?.boxes).toEqual([{ ...corners, id, classId: 1 }]);
    expect(imageNamed(before, "a.jpg")?.boxes).toEqual([]);
    expect(moved.images[1]).toBe(before.images[1]);
    expect(imageNamed(removeBox(moved, "a.jpg", id), "a.jpg")?.boxes).toEqual([]);
    expect(
      removeImages(moved, new Set(["a.jpg", "c.jpg"]))
        .images.map(({ name }) => name[0])
        .join(""),
    ).toBe("bdefghij");
  });

  it("show nothing to be found until a box is drawn", () => {
    const background = setBackground(withBoxes(1), "a.jpg", true);
    expect(imageNamed(background, "a.jpg")).toMatchObject({ isBackground: true, boxes: [] });
    const { project } = addBox(background, "a.jpg", { ...corners, classId: 1 });
    expect(imageNamed(project, "a.jpg")?.isBackground).toBe(false);
  });

  it("get what a model found as proposals, where they have no box yet, with classes found by their names", () => {
    const found = [
      { name: "dog", confidence: 0.9, x1: 24, y1: 42, x2: 100, y2: 122 },
      { name: "owl", confidence: 0.6, x1: 120, y1: 20, x2: 160, y2: 60 },
    ];
    const project = proposeFound(withBoxes(1), "a.jpg", { boxes: found, width: 200, height: 200 });
    const owl = project.classes.find(({ name }) => name === "owl");
    expect(imageNamed(project, "a.jpg")?.proposals).toEqual([
      { id: expect.any(Number), classId: owl?.id, confidence: 0.6, x1: 0.6, y1: 0.1, x2: 0.8, y2: 0.3 },
    ]);
    expect(imageNamed(project, "a.jpg")?.boxes).toHaveLength(1);
    const unlabeled = proposeFound(withBoxes(1), "b.jpg", { boxes: found, width: 200, height: 200 });
    expect(imageNamed(unlabeled, "b.jpg")?.proposals.map(({ classId }) => classId)).toEqual([2, owl?.id]);
  });

  it("make labels of proposals that are accepted or corrected", () => {
    const proposed = propose(tenImages(), "a.jpg", [
      { ...corners, classId: 1, confidence: 0.9 },
      { ...corners, x1: 0.3, classId: 2, confidence: 0.5 },
      { ...corners, x1: 0.4, classId: 2, confidence: 0.4 },
    ]);
    const [first = 0, second = 0, third = 0] = imageNamed(proposed, "a.jpg")?.proposals.map(({ id }) => id) ?? [];
    const accepted = acceptProposals(proposed, "a.jpg", [first]);
    expect(imageNamed(accepted, "a.jpg")?.boxes).toEqual([{ ...corners, id: first, classId: 1 }]);
    const corrected = changeBox(accepted, "a.jpg", second, { classId: 1 });
    expect(imageNamed(corrected, "a.jpg")?.boxes.map(({ id, classId }) => [id, classId])).toEqual([
      [first, 1],
      [second, 1],
    ]);
    expect(imageNamed(corrected, "a.jpg")?.proposals.map(({ id }) => id)).toEqual([third]);
    expect(imageNamed(rejectProposals(corrected, "a.jpg"), "a.jpg")?.proposals).toEqual([]);
    expect(imageNamed(acceptProposals(proposed, "a.jpg"), "a.jpg")?.boxes).toHaveLength(3);
  });

  it("are filtered by what is left to do", () => {
    const project = propose(setBackground(withBoxes(3), "j.jpg", true), "e.jpg", [
      { ...corners, classId: 1, confidence: 0.9 },
    ]);
    expect(filterCounts(project)).toEqual({ all: 10, labeled: 4, unlabeled: 6, "to-check": 1 });
  });
});

describe("classes", () => {
  it("are added once, renamed, and merged where a name is taken", () => {
    const project = withBoxes(3, 2);
    expect(addClass(project, " cat ").id).toBe(project.classes[0]?.id);
    const [cat, dog] = project.classes.map(({ id }) => id) as [number, number];
    const boxes = addBox(project, "a.jpg", { ...corners, classId: dog }).project;
    expect(renameClass(boxes, cat, "lynx").classes.map(({ name }) => name)).toEqual(["lynx", "dog"]);
    const merged = renameClass(boxes, dog, "cat");
    expect(merged).toEqual(mergeClass(boxes, dog, cat));
    expect(merged.classes.map(({ name }) => name)).toEqual(["cat"]);
    expect(imageNamed(merged, "a.jpg")?.boxes.map(({ classId }) => classId)).toEqual([cat, cat]);
  });

  it("are removed with their boxes, and keep their colors then", () => {
    const project = withBoxes(4, 1);
    const [cat, dog] = project.classes.map(({ id }) => id) as [number, number];
    const own = addBox(project, "a.jpg", { ...corners, classId: dog }).project;
    expect(classCounts(own).get(dog)).toBe(1);
    const without = removeClass(own, cat);
    expect(without.classes).toEqual([{ id: dog, name: "dog", color: 1 }]);
    expect(addClass(without, "cow").project.classes[1]?.color).toBe(0);
    expect(nextColor(own, cat).classes[0]?.color).toBe(2);
  });
});

describe("corners", () => {
  it("stay within the image, whatever moves them", () => {
    expect(boxBetween([0.8, -0.2], [0.3, 0.4])).toEqual({ x1: 0.3, y1: 0, x2: 0.8, y2: 0.4 });
    const moved = moveBox(corners, -0.5, 0.9);
    expect([moved.x1, moved.x2, moved.y2].map((value) => value.toFixed(3))).toEqual(["0.000", "0.400", "1.000"]);
    expect(resizeBox(corners, "w", 0.6, 0.3)).toEqual({ x1: 0.5, y1: 0.2, x2: 0.7, y2: 0.6 });
    expect(resizeBox(corners, "se", 0.1, 0.1)).toEqual({ x1: 0.1, y1: 0.2, x2: 0.6, y2: 0.7 });
  });

  it("are found by points, the smallest first, and read by lines", () => {
    const small = { x1: 0.2, y1: 0.3, x2: 0.3, y2: 0.4 };
    expect(boxAt([corners, small], 0.25, 0.35)).toBe(small);
    expect(boxAt([corners, small], 0.9, 0.9)).toBeUndefined();
    expect(overlap(corners, corners)).toBe(1);
    const low = { x1: 0, y1: 0.8, x2: 0.1, y2: 0.9 };
    const right = { x1: 0.6, y1: 0.2, x2: 0.9, y2: 0.6 };
    expect(readingOrder([low, right, corners])).toEqual([corners, right, low]);
  });
});

describe("history", () => {
  it("goes back and forth, and joins steps of the same key", () => {
    let history = startHistory(0);
    for (const value of [1, 2]) history = change(history, value);
    for (const value of [3, 4, 5]) history = change(history, value, "nudge 7");
    expect(undo(history).present).toBe(2);
    expect(undo(undo(undo(undo(history)))).present).toBe(0);
    expect(redo(undo(history)).present).toBe(5);
    // After an undo, the same key starts a step of its own
    expect(undo(change(undo(history), 9, "nudge 7")).present).toBe(2);
    expect(redo(change(undo(history), 9)).present).toBe(9);
  });
});

describe("checks", () => {
  it("find boxes that are tiny, out of the image, there twice, or the whole image", () => {
    const boxes = [
      { ...corners, x2: 0.12 },
      { ...corners, x1: -0.1 },
      { ...corners, y1: 0.21 },
      { x1: 0, y1: 0, x2: 1, y2: 1 },
    ];
    const project = boxes.reduce(
      (before, box) => addBox(before, "a.jpg", { ...box, classId: before.classes[0]?.id ?? 0 }).project,
      addBox(tenImages(), "a.jpg", { ...corners, classId: tenImages().classes[0]?.id ?? 0 }).project,
    );
    expect(checkLabels(project).map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      "tiny: A box of cat is only 2 × 40 pixels.",
      "outside: A box of cat reaches out of the image.",
      "duplicate: A box of cat is there twice.",
      "whole: A box of cat covers the whole image.",
      "rare: cat has only 5 boxes; about 10 are the least to learn from.",
      "unused: No box is of the class dog.",
    ]);
  });
});

describe("the split", () => {
  it("is drawn from the seed, of labeled images alone, and has the share asked for", () => {
    const project = withBoxes(9);
    const splits = dealImages(project);
    expect([...splits.values()].sort().join()).toBe("train,train,train,train,train,train,train,val,val");
    expect(dealImages(project)).toEqual(splits);
    const others = [1, 2, 3].map((seed) => dealImages({ ...project, split: { seed, valShare: 0.2 } }));
    expect(new Set(others.map((other) => JSON.stringify([...other]))).size).toBe(3);
  });

  it("moves no image from training to validation and back when others come, but at the border", () => {
    const [few, more] = [dealImages(withBoxes(8)), dealImages(withBoxes(10))];
    const moved = [...few].filter(([name, split]) => more.get(name) !== split);
    expect(moved.length).toBeLessThanOrEqual(2);
  });

  it("has an image to validate on as soon as there are two", () => {
    expect([...dealImages(withBoxes(1)).values()]).toEqual(["train"]);
    expect([...dealImages(withBoxes(2)).values()].sort()).toEqual(["train", "val"]);
    expect([...dealImages({ ...withBoxes(4), split: { seed: 0, valShare: 0 } }).values()]).not.toContain("val");
  });
});
