import { Button } from "../../../../server/web/src/controls/button.tsx";
import type { ImageEntry } from "../project/project.ts";
import { Icon, type IconName } from "../shell/icon.tsx";
import { useStudio } from "../state/use-studio.ts";
import type { ViewportControl } from "./use-viewport.ts";

interface LabelToolbarProps {
  image: ImageEntry;
  control: ViewportControl;
  onStep: (step: 1 | -1) => void;
}

/** Which image it is, the way to others, and how large it is shown. */
export function LabelToolbar({ image, control, onStep }: LabelToolbarProps) {
  const { project } = useStudio();
  const number = project.images.indexOf(image);
  const { viewport, zoom, showAll } = control;
  return (
    <div className="label-toolbar">
      <Tool name="previous" label="Previous image" onClick={() => onStep(-1)} disabled={number === 0} />
      <Tool name="next" label="Next image" onClick={() => onStep(1)} disabled={number === project.images.length - 1} />
      <h2 title={image.name}>{image.name}</h2>
      <span className="muted small">
        {number + 1} of {project.images.length}
      </span>
      <span className="toolbar-end">
        <Tool name="minus" label="Zoom out" onClick={() => zoom(0.8)} />
        <output className="zoom-value small" aria-label="Zoom">
          {Math.round(viewport.scale * 100)} %
        </output>
        <Tool name="plus" label="Zoom in" onClick={() => zoom(1.25)} />
        <Tool name="fit" label="Show the whole image" onClick={showAll} />
      </span>
    </div>
  );
}

interface ToolProps {
  name: IconName;
  label: string;
  onClick: () => void;
  disabled?: boolean;
}

function Tool({ name, label, onClick, disabled = false }: ToolProps) {
  return (
    <Button className="icon-button" aria-label={label} title={label} onClick={onClick} disabled={disabled}>
      <Icon name={name} />
    </Button>
  );
}
