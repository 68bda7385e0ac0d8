import { Button } from "../../../../server/web/src/controls/button.tsx";
import { classColor } from "../../../../server/web/src/detect/class-color.ts";
import { checkImage } from "../project/check-labels.ts";
import { acceptProposals, changeBox, rejectProposals, setBackground } from "../project/edit-images.ts";
import type { Box, ImageEntry } from "../project/project.ts";
import { Icon } from "../shell/icon.tsx";
import { useStudio } from "../state/use-studio.ts";

interface BoxListProps {
  image: ImageEntry;
  /** Boxes and proposals in the order in which keys go from one to the next. */
  boxes: readonly Box[];
  selectedId: number | undefined;
  onSelect: (id: number) => void;
  onRemove: (id: number) => void;
}

/** The boxes of an image in words: select, change the class, accept, remove. */
export function BoxList({ image, boxes, selectedId, onSelect, onRemove }: BoxListProps) {
  const { studio, project } = useStudio();
  const findings = checkImage(image, (id) => project.classes.find((entry) => entry.id === id)?.name ?? "no class");
  return (
    <section className="panel" aria-labelledby="boxes-title">
      <h2 id="boxes-title">Boxes in this image</h2>
      {boxes.length === 0 && !image.isBackground && (
        <p className="muted small">Drag over the image to draw a box around each object.</p>
      )}
      {image.proposals.length > 0 && (
        <div className="actions">
          <Button className="button small primary" onClick={() => studio.edit(acceptProposals(project, image.name))}>
            Accept all {image.proposals.length}
          </Button>
          <Button className="button small" onClick={() => studio.edit(rejectProposals(project, image.name))}>
            Reject all
          </Button>
        </div>
      )}
      <ul className="box-list">
        {boxes.map((box, i) => (
          <BoxRow
            key={box.id}
            {...{ box, image, number: i + 1 }}
            isSelected={box.id === selectedId}
            isOdd={findings.some((finding) => finding.box === box.id)}
            onSelect={() => onSelect(box.id)}
            onRemove={() => onRemove(box.id)}
          />
        ))}
      </ul>
      {findings.map(({ text, box }) => (
        <p key={box} className="finding small">
          {text}
        </p>
      ))}
      {boxes.length === 0 && (
        <label className="check">
          <input
            type="checkbox"
            checked={image.isBackground}
            onChange={(event) => studio.edit(setBackground(project, image.name, event.target.checked))}
          />
          <span>This image shows none of the objects. Such images teach a detector what to leave alone.</span>
        </label>
      )}
    </section>
  );
}

interface BoxRowProps {
  box: Box;
  image: ImageEntry;
  number: number;
  isSelected: boolean;
  isOdd: boolean;
  onSelect: () => void;
  onRemove: () => void;
}

function BoxRow({ box, image, number, isSelected, isOdd, onSelect, onRemove }: BoxRowProps) {
  const { studio, project } = useStudio();
  const entry = project.classes.find(({ id }) => id === box.classId);
  const proposal = image.proposals.find(({ id }) => id === box.id);
  const size = `${Math.round((box.x2 - box.x1) * image.width)} × ${Math.round((box.y2 - box.y1) * image.height)}`;
  return (
    <li className={`box-row${isSelected ? " chosen" : ""}`}>
      <button
        type="button"
        className="box-number"
        aria-pressed={isSelected}
        aria-label={`Select box ${number}`}
        onClick={onSelect}
      >
        <span
          className={`dot${proposal ? " open" : ""}`}
          style={{ "--dot": classColor(entry?.color ?? 0) } as React.CSSProperties}
        />
        {number}
      </button>
      <select
        value={box.classId}
        aria-label={`Class of box ${number}`}
        onChange={(event) =>
          studio.edit(changeBox(project, image.name, box.id, { classId: Number(event.target.value) }))
        }
      >
        {project.classes.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
      <span className={`small ${isOdd ? "odd" : "muted"}`}>
        {proposal ? `${Math.round(proposal.confidence * 100)} %` : size}
      </span>
      {proposal && (
        <Button
          className="icon-button"
          aria-label={`Accept box ${number}`}
          title="Accept"
          onClick={() => studio.edit(acceptProposals(project, image.name, [box.id]))}
        >
          <Icon name="accept" size={18} />
        </Button>
      )}
      <Button className="icon-button" aria-label={`Remove box ${number}`} title="Remove" onClick={onRemove}>
        <Icon name="remove" size={18} />
      </Button>
    </li>
  );
}
