import { type Box, type ImageEntry, imageNamed, type Project, type Proposal } from "./project.ts";

type Corners = Pick<Box, "x1" | "y1" | "x2" | "y2">;

/** Adds images at the end; one whose name is there already replaces that one. */
export function addImages(project: Project, added: readonly ImageEntry[]): Project {
  const byName = new Map(project.images.map((image) => [image.name, image]));
  for (const image of added) byName.set(image.name, image);
  return { ...project, images: [...byName.values()] };
}

export function removeImages(project: Project, names: ReadonlySet<string>): Project {
  return { ...project, images: project.images.filter(({ name }) => !names.has(name)) };
}

/** Adds a box; `id` is that of the box. An image with a box is no background. */
export function addBox(
  project: Project,
  image: string,
  box: Corners & { classId: number },
): { project: Project; id: number } {
  const id = project.nextId;
  const changed = changeImage({ ...project, nextId: id + 1 }, image, ({ boxes }) => ({
    boxes: [...boxes, { ...box, id }],
    isBackground: false,
  }));
  return { project: changed, id };
}

/** Moves a box, or changes its class. A proposal that is corrected is thereby accepted. */
export function changeBox(project: Project, image: string, id: number, change: Partial<Omit<Box, "id">>): Project {
  return changeImage(acceptProposals(project, image, [id]), image, ({ boxes }) => ({
    boxes: boxes.map((box) => (box.id === id ? { ...box, ...change } : box)),
  }));
}

/** Removes a box or a proposal. */
export function removeBox(project: Project, image: string, id: number): Project {
  const isOther = (box: Box): boolean => box.id !== id;
  return changeImage(project, image, ({ boxes, proposals }) => ({
    boxes: boxes.filter(isOther),
    proposals: proposals.filter(isOther),
  }));
}

/** Notes that an image shows nothing to be found, or that it does. Its boxes and proposals go. */
export function setBackground(project: Project, image: string, isBackground: boolean): Project {
  return changeImage(project, image, () =>
    isBackground ? { isBackground, boxes: [], proposals: [] } : { isBackground },
  );
}

/** Sets the proposals of an image in place of those it had. */
export function propose(project: Project, image: string, proposals: readonly Omit<Proposal, "id">[]): Project {
  const withIds = proposals.map((proposal, i) => ({ ...proposal, id: project.nextId + i }));
  const next = { ...project, nextId: project.nextId + proposals.length };
  return changeImage(next, image, () => ({ proposals: withIds }));
}

/** Makes proposals labels: those with the given ids, or all of the image. */
export function acceptProposals(project: Project, image: string, ids?: readonly number[]): Project {
  return changeImage(project, image, ({ boxes, proposals }) => {
    const accepted = proposals.filter(({ id }) => ids === undefined || ids.includes(id));
    return {
      boxes: [...boxes, ...accepted.map(({ confidence: _, ...box }) => box)],
      proposals: proposals.filter((proposal) => !accepted.includes(proposal)),
      ...(accepted.length > 0 ? { isBackground: false } : {}),
    };
  });
}

/** Drops all proposals of an image. */
export function rejectProposals(project: Project, image: string): Project {
  return changeImage(project, image, () => ({ proposals: [] }));
}

function changeImage(project: Project, name: string, change: (image: ImageEntry) => Partial<ImageEntry>): Project {
  if (imageNamed(project, name) === undefined) return project;
  return {
    ...project,
    images: project.images.map((image) => (image.name === name ? { ...image, ...change(image) } : image)),
  };
}
