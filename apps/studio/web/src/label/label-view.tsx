import { useEffect, useMemo, useRef, useState } from "react";
import { Empty } from "../../../../server/web/src/controls/empty.tsx";
import { type Corners, moveBox, readingOrder, resizeBox } from "../project/box-geometry.ts";
import { addClass } from "../project/edit-classes.ts";
import { acceptProposals, addBox, changeBox, removeBox } from "../project/edit-images.ts";
import type { ImageEntry } from "../project/project.ts";
import { linkTo, replaceRoute } from "../shell/route.ts";
import { isTextField } from "../shell/use-undo-keys.ts";
import { useStudio } from "../state/use-studio.ts";
import { BoxList } from "./box-list.tsx";
import { ClassPanel } from "./class-panel.tsx";
import { actionOf, keyHelp, type LabelAction } from "./label-keys.ts";
import { LabelToolbar } from "./label-toolbar.tsx";
import { ProposePanel } from "./propose-panel.tsx";
import { Stage } from "./stage.tsx";
import { useViewport } from "./use-viewport.ts";

/** Labels one image after the other. Without a name, the first image that has no labels is shown. */
export function LabelView({ name }: { name: string | undefined }) {
  const { project } = useStudio();
  const [activeClass, setActiveClass] = useState<number>();
  const image =
    project.images.find((entry) => entry.name === name) ??
    project.images.find(({ boxes, isBackground }) => boxes.length === 0 && !isBackground) ??
    project.images[0];
  useEffect(() => {
    if (image !== undefined && image.name !== name) replaceRoute(linkTo("label", image.name));
  }, [image, name]);
  if (image === undefined) {
    return (
      <Empty title="Nothing to label yet">
        <p>
          <a href={linkTo("images")}>Add images</a> first.
        </p>
      </Empty>
    );
  }
  return <ImageLabels image={image} activeClass={activeClass} onActiveClass={setActiveClass} />;
}

interface ImageLabelsProps {
  image: ImageEntry;
  activeClass: number | undefined;
  onActiveClass: (id: number) => void;
}

function ImageLabels({ image, activeClass, onActiveClass }: ImageLabelsProps) {
  const { studio, project } = useStudio();
  const stage = useRef<HTMLElement>(null);
  const [selectedId, setSelectedId] = useState<number>();
  const control = useViewport(stage, image, image.name);
  const active = project.classes.find(({ id }) => id === activeClass) ?? project.classes[0];
  const all = useMemo(() => readingOrder([...image.boxes, ...image.proposals]), [image]);
  const selected = all.find(({ id }) => id === selectedId);
  const isProposed = image.proposals.some(({ id }) => id === selectedId);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another image is a new start
  useEffect(() => {
    stage.current?.focus({ preventScroll: true });
    setSelectedId(undefined);
  }, [image.name]);

  const draw = (corners: Corners): void => {
    const withClass = active === undefined ? addClass(project, "object") : { project, id: active.id };
    const added = addBox(withClass.project, image.name, { ...corners, classId: withClass.id });
    studio.edit(added.project);
    setSelectedId(added.id);
  };
  const changeSelected = (change: Partial<Corners> & { classId?: number }, key?: string): void => {
    // Of the newest project: a class may have been added to it just now
    if (selected !== undefined) studio.edit((newest) => changeBox(newest, image.name, selected.id, change), key);
  };
  const chooseClass = (id: number): void => {
    onActiveClass(id);
    changeSelected({ classId: id });
  };
  const goTo = (step: 1 | -1): void => {
    const next = project.images[project.images.indexOf(image) + step];
    if (next !== undefined) replaceRoute(linkTo("label", next.name));
  };
  const remove = (id: number): void => {
    const order = all.findIndex((box) => box.id === id);
    studio.edit(removeBox(project, image.name, id));
    setSelectedId((all[order + 1] ?? all[order - 1])?.id);
    stage.current?.focus({ preventScroll: true });
  };
  const nudge = ({ dx, dy, resize }: Extract<LabelAction, { kind: "nudge" }>): void => {
    if (selected === undefined) {
      control.move([-dx * 40, -dy * 40]);
      return;
    }
    const [x, y] = [dx / image.width, dy / image.height];
    const corners = resize ? resizeBox(selected, "se", x, y) : moveBox(selected, x, y);
    changeSelected(corners, `nudge ${selected.id}`);
  };
  const act = (action: LabelAction): void => {
    if (action.kind === "select") {
      const at = selected === undefined ? (action.step === 1 ? -1 : 0) : all.indexOf(selected);
      setSelectedId(all[(at + action.step + all.length) % Math.max(1, all.length)]?.id);
    } else if (action.kind === "image") goTo(action.step);
    else if (action.kind === "nudge") nudge(action);
    else if (action.kind === "zoom") control.zoom(action.factor);
    else if (action.kind === "fit") control.showAll();
    else if (action.kind === "draw") draw(middleBox);
    else if (action.kind === "unselect") setSelectedId(undefined);
    else if (action.kind === "remove" && selected !== undefined) remove(selected.id);
    else if (action.kind === "accept" && isProposed)
      studio.edit(acceptProposals(project, image.name, [selectedId ?? 0]));
    else if (action.kind === "accept-all") studio.edit(acceptProposals(project, image.name));
    else if (action.kind === "class") {
      const entry = project.classes[action.number];
      if (entry !== undefined) chooseClass(entry.id);
    }
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const action = isTextField(event.target) ? undefined : actionOf(event);
    const isOnControl = event.target instanceof HTMLElement && event.target.matches("button, a, summary, input");
    if (action === undefined || (isOnControl && (action.kind === "accept" || action.kind === "nudge"))) return;
    event.preventDefault();
    act(action);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the stage work in the panels beside it, too
    <div className="label" onKeyDown={onKeyDown}>
      <div className="label-main">
        <LabelToolbar image={image} control={control} onStep={goTo} />
        <Stage
          {...{ stage, image, control, selected, active }}
          onSelect={setSelectedId}
          onDraw={draw}
          onChange={(id, corners) => {
            studio.edit(changeBox(project, image.name, id, corners));
            setSelectedId(id);
          }}
        />
      </div>
      <aside className="label-side" aria-label="Classes and boxes">
        <ClassPanel active={selected === undefined ? active?.id : selected.classId} onChoose={chooseClass} />
        <BoxList image={image} boxes={all} selectedId={selectedId} onSelect={setSelectedId} onRemove={remove} />
        <ProposePanel image={image} />
        <Keys />
      </aside>
    </div>
  );
}

/** Where a box that is drawn by keyboard begins. */
const middleBox: Corners = { x1: 0.4, y1: 0.4, x2: 0.6, y2: 0.6 };

function Keys() {
  return (
    <details className="more">
      <summary>Keys</summary>
      <dl className="keys">
        {keyHelp.map(([keys, what]) => (
          <div key={keys}>
            <dt>{keys}</dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
