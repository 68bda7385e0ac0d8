import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { sentence } from "../api/call.ts";
import type { FoundBox, ModelList } from "../api/types.ts";
import { useResource } from "../api/use-resource.ts";
import { Notice } from "../controls/notice.tsx";
import type { Ask, Found } from "./ask.ts";
import { DetectActions } from "./detect-actions.tsx";
import { wantedBoxes } from "./detections.ts";
import { DropZone } from "./drop-zone.tsx";
import { FilmStrip } from "./film-strip.tsx";
import { SidePanel } from "./side-panel.tsx";
import { Stage } from "./stage.tsx";
import { useCamera } from "./use-camera.ts";
import { useGivenFiles } from "./use-given-files.ts";
import { type GivenPicture, usePictures } from "./use-pictures.ts";

const none: readonly FoundBox[] = [];

/** Pictures or the camera in, boxes out. */
export function DetectPage({ shown }: { shown: boolean }) {
  const models = useResource<ModelList>(shown ? "/v1/models" : undefined);
  const [chosen, setChosen] = useState<Ask>({ model: undefined, iou: undefined, imgsz: undefined, augment: false });
  const question = useDeferredValue(chosen);
  const [conf, setConf] = useState(0.25);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [active, setActive] = useState<FoundBox>();
  const [current, setCurrent] = useState<number>();
  const [problem, setProblem] = useState<string>();

  const settled = useSettled(question, 200);
  const { pictures, add, clear, retry } = usePictures(settled);
  const canvas = useRef<HTMLCanvasElement>(null);
  const camera = useCamera(canvas, settled);
  const picture = pictures.find(({ id }) => id === current) ?? pictures[0];

  const take = useCallback(
    (files: readonly File[]) => {
      const pictures = files.filter(({ type }) => type === "" || type.startsWith("image/"));
      const refused = files.length - pictures.length;
      setProblem(refused === 0 ? undefined : `${refused === 1 ? "A file is" : `${refused} files are`} no picture.`);
      if (pictures.length === 0) return;
      camera.stop();
      const first = add(pictures);
      setCurrent(first);
    },
    [add, camera.stop],
  );
  const dragging = useGivenFiles(take, shown);
  useEffect(() => {
    if (!shown) camera.stop();
  }, [shown, camera.stop]);

  const found: Found | undefined = camera.on ? camera.found : picture?.found;
  const boxes = found?.boxes ?? none;
  const wanted = useMemo(() => wantedBoxes(boxes, { conf, hidden }), [boxes, conf, hidden]);
  const filled = camera.on || picture !== undefined;
  return (
    <div className={`detect${dragging ? " dragging" : ""}`}>
      <h1 className="visually-hidden">Find objects in pictures</h1>
      <div className="detect-main">
        {!filled && <DropZone onFiles={take} onCamera={camera.start} dragging={dragging} />}
        {camera.on && (
          <Stage
            {...sizeOf(camera.found, 4 / 3)}
            {...{ boxes: wanted, active, onActive: setActive, busy: camera.found === undefined }}
          >
            <canvas ref={canvas} role="img" aria-label="The camera's picture" />
          </Stage>
        )}
        {!camera.on && picture !== undefined && (
          <PictureStage
            {...{ picture, boxes: wanted, active, onActive: setActive, onRetry: () => retry(picture.id) }}
          />
        )}
        {(problem ?? camera.error) !== undefined && <Notice>{problem ?? camera.error}</Notice>}
        {filled && (
          <DetectActions
            {...{ camera, picture, boxes: wanted, conf, question: chosen }}
            onFiles={take}
            onClear={clear}
            onProblem={(error) => setProblem(error === undefined ? undefined : sentence(error))}
          />
        )}
        {!camera.on && pictures.length > 1 && (
          <FilmStrip pictures={pictures} current={picture?.id} wanted={{ conf, hidden }} onChoose={setCurrent} />
        )}
      </div>
      <SidePanel
        {...{ models, question: chosen, onQuestion: setChosen, conf, onConf: setConf, hidden, onHidden: setHidden }}
        {...{ boxes, wanted, found, active, onActive: setActive }}
        rate={camera.on ? camera.rate : undefined}
        filled={filled}
      />
    </div>
  );
}

interface PictureStageProps {
  picture: GivenPicture;
  boxes: readonly FoundBox[];
  active: FoundBox | undefined;
  onActive: (box: FoundBox | undefined) => void;
  onRetry: () => void;
}

function PictureStage({ picture, boxes, onRetry, ...rest }: PictureStageProps) {
  const [own, setOwn] = useState<{ url: string; ratio: number; unreadable: boolean }>();
  const known = own?.url === picture.url ? own : undefined;
  const alt = picture.found === undefined ? picture.name : `${picture.name}: ${boxes.length} objects`;
  return (
    <>
      <Stage {...sizeOf(picture.found, known?.ratio ?? 4 / 3)} {...rest} boxes={boxes} busy={picture.busy}>
        {known?.unreadable ? (
          <p className="unreadable">This browser cannot show this kind of picture; the service may still read it.</p>
        ) : (
          <img
            key={picture.url}
            src={picture.url}
            alt={alt}
            onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
              setOwn({ url: picture.url, ratio: naturalWidth / naturalHeight, unreadable: false })
            }
            onError={() => setOwn({ url: picture.url, ratio: 4 / 3, unreadable: true })}
          />
        )}
      </Stage>
      {picture.error !== undefined && !picture.busy && <Notice onRetry={onRetry}>{picture.error}</Notice>}
    </>
  );
}

/** The size that boxes are told in; before there is an answer, the shape alone. */
function sizeOf(found: Found | undefined, ratio: number): { width: number; height: number } {
  return found === undefined ? { width: ratio, height: 1 } : { width: found.width, height: found.height };
}

/** A value once it has not changed for some milliseconds, so that a slider asks once and not on its whole way. */
function useSettled<T>(value: T, wait: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), wait);
    return () => clearTimeout(timer);
  }, [value, wait]);
  return settled;
}
