import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { sentence } from "../api/call.ts";
import type { FoundBox, ModelList } from "../api/types.ts";
import { useResource } from "../api/use-resource.ts";
import { Notice } from "../controls/notice.tsx";
import type { Ask, Found } from "./ask.ts";
import { DetectActions } from "./detect-actions.tsx";
import { type Wanted, wantedBoxes } from "./detections.ts";
import { DropZone } from "./drop-zone.tsx";
import { FilmStrip } from "./film-strip.tsx";
import { SidePanel } from "./side-panel.tsx";
import { Stage, type StageProps } from "./stage.tsx";
import { useCamera } from "./use-camera.ts";
import { useDroppedFiles } from "./use-dropped-files.ts";
import { type GivenImage, useImages } from "./use-images.ts";

const none: readonly FoundBox[] = [];

const usual: Ask = { model: undefined, iou: undefined, imgsz: undefined, nms: undefined, augment: false };

/** Images or the camera in, boxes out. */
export function DetectPage({ shown }: { shown: boolean }) {
  const models = useResource<ModelList>(shown ? "/v1/models" : undefined);
  const [chosen, setChosen] = useState<Ask>(usual);
  const question = useDeferredValue(chosen);
  const [wanted, setWanted] = useState<Wanted>({ conf: 0.25, hidden: new Set() });
  const [active, setActive] = useState<FoundBox>();
  const [current, setCurrent] = useState<number>();
  const [problem, setProblem] = useState<string>();

  const debounced = useDebounced(question, 200);
  const { images, add, clear, retry } = useImages(debounced);
  const canvas = useRef<HTMLCanvasElement>(null);
  const camera = useCamera(canvas, debounced);
  const image = images.find(({ id }) => id === current) ?? images[0];

  const addFiles = useCallback(
    (files: readonly File[]) => {
      const images = files.filter(({ type }) => type === "" || type.startsWith("image/"));
      const refused = files.length - images.length;
      setProblem(refused === 0 ? undefined : `${refused === 1 ? "A file is" : `${refused} files are`} no image.`);
      if (images.length === 0) return;
      camera.stop();
      const first = add(images);
      setCurrent(first);
    },
    [add, camera.stop],
  );
  const dragging = useDroppedFiles(addFiles, shown);
  useEffect(() => {
    if (!shown) camera.stop();
  }, [shown, camera.stop]);

  const found: Found | undefined = camera.on ? camera.found : image?.found;
  const boxes = found?.boxes ?? none;
  const visible = useMemo(() => wantedBoxes(boxes, wanted), [boxes, wanted]);
  const filled = camera.on || image !== undefined;
  return (
    <div className={`detect${dragging ? " dragging" : ""}`}>
      <h1 className="visually-hidden">Find objects in images</h1>
      <div className="detect-main">
        {!filled && <DropZone onFiles={addFiles} onCamera={camera.start} dragging={dragging} />}
        {camera.on && (
          <Stage
            {...sizeOf(camera.found, 4 / 3)}
            {...{ boxes: visible, active, onActive: setActive, busy: camera.found === undefined }}
          >
            <canvas ref={canvas} role="img" aria-label="The camera's image" />
          </Stage>
        )}
        {!camera.on && image !== undefined && (
          <ImageStage {...{ image, boxes: visible, active, onActive: setActive, onRetry: () => retry(image.id) }} />
        )}
        <Notice>{problem ?? camera.error}</Notice>
        {filled && (
          <DetectActions
            {...{ camera, image, boxes: visible, conf: wanted.conf, question: chosen }}
            onFiles={addFiles}
            onClear={clear}
            onProblem={(error) => setProblem(error === undefined ? undefined : sentence(error))}
          />
        )}
        {!camera.on && images.length > 1 && (
          <FilmStrip images={images} current={image?.id} wanted={wanted} onChoose={setCurrent} />
        )}
      </div>
      <SidePanel
        {...{ models, question: chosen, onQuestion: setChosen, wanted, onWanted: setWanted }}
        {...{ boxes, visible, found, filled, active, onActive: setActive }}
        rate={camera.on ? camera.rate : undefined}
      />
    </div>
  );
}

interface ImageStageProps extends Pick<StageProps, "boxes" | "active" | "onActive"> {
  image: GivenImage;
  onRetry: () => void;
}

function ImageStage({ image, boxes, onRetry, ...rest }: ImageStageProps) {
  const [own, setOwn] = useState<{ url: string; ratio: number; unreadable: boolean }>();
  const known = own?.url === image.url ? own : undefined;
  const alt = image.found === undefined ? image.name : `${image.name}: ${boxes.length} objects`;
  return (
    <>
      <Stage {...sizeOf(image.found, known?.ratio ?? 4 / 3)} {...rest} boxes={boxes} busy={image.busy}>
        {known?.unreadable ? (
          <p className="unreadable">This browser cannot show this kind of image; the service may still read it.</p>
        ) : (
          <img
            key={image.url}
            src={image.url}
            alt={alt}
            onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
              setOwn({ url: image.url, ratio: naturalWidth / naturalHeight, unreadable: false })
            }
            onError={() => setOwn({ url: image.url, ratio: 4 / 3, unreadable: true })}
          />
        )}
      </Stage>
      {image.error !== undefined && !image.busy && <Notice onRetry={onRetry}>{image.error}</Notice>}
    </>
  );
}

/** The size that boxes are measured in; before there is an answer, the shape alone. */
function sizeOf(found: Found | undefined, ratio: number): { width: number; height: number } {
  return found === undefined ? { width: ratio, height: 1 } : { width: found.width, height: found.height };
}

/** A value once it has not changed for some milliseconds, so that a slider asks once and not on its whole way. */
function useDebounced<T>(value: T, wait: number): T {
  const [debounced, setDebounced] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setDebounced(value), wait);
    return () => clearTimeout(timer);
  }, [value, wait]);
  return debounced;
}
