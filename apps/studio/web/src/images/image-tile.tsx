import { useEffect, useRef, useState } from "react";
import { checkImage } from "../project/check-labels.ts";
import { type ImageEntry, isLabeled } from "../project/project.ts";
import { linkTo } from "../shell/route.ts";
import { useBlobUrl } from "../state/use-blob-url.ts";
import { useStudio } from "../state/use-studio.ts";

interface ImageTileProps {
  image: ImageEntry;
  chosen: boolean;
  onChoose: (chosen: boolean) => void;
}

/** An image of the grid: it opens the image to label it, and can be chosen. Its pixels are read once it comes into sight. */
export function ImageTile({ image, chosen, onChoose }: ImageTileProps) {
  const { studio } = useStudio();
  const tile = useRef<HTMLLIElement>(null);
  const isNear = useIsNear(tile);
  const url = useBlobUrl(isNear ? image.name : undefined, (name) => studio.thumbnail(name));
  return (
    <li ref={tile} className={`tile${chosen ? " chosen" : ""}`}>
      <a href={linkTo("label", image.name)}>
        <span className="tile-image">{url && <img src={url} alt="" draggable={false} />}</span>
        <span className="tile-text">
          <span className="tile-name">{image.name}</span>
          <State image={image} />
        </span>
      </a>
      <input
        type="checkbox"
        checked={chosen}
        aria-label={`Choose ${image.name}`}
        onChange={(event) => onChoose(event.target.checked)}
      />
    </li>
  );
}

function State({ image }: { image: ImageEntry }) {
  const isOdd = image.proposals.length > 0 || checkImage(image, String).length > 0;
  const kind = isOdd ? " warn" : isLabeled(image) ? " good" : "";
  return <span className={`image-state${kind}`}>{stateOf(image)}</span>;
}

function stateOf({ boxes, proposals, isBackground, ...image }: ImageEntry): string {
  if (proposals.length > 0) return `${proposals.length} proposed`;
  const count = `${boxes.length} ${boxes.length === 1 ? "box" : "boxes"}`;
  if (boxes.length > 0) {
    const isOdd = checkImage({ boxes, proposals, isBackground, ...image }, String).length > 0;
    return isOdd ? `${count}, to check` : count;
  }
  return isBackground ? "no objects" : "not labeled";
}

/** Whether an element is on the screen or has been: what was read once stays. */
function useIsNear(element: React.RefObject<Element | null>): boolean {
  const [isNear, setIsNear] = useState(false);
  useEffect(() => {
    if (isNear || element.current === null) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) setIsNear(true);
      },
      { rootMargin: "300px" },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [isNear, element]);
  return isNear;
}
