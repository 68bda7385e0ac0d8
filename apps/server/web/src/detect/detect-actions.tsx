import { useState } from "react";
import type { FoundBox } from "../api/types.ts";
import { type Ask, curlFor } from "./ask.ts";
import { tally } from "./detections.ts";
import { download, drawAnnotated } from "./download.ts";
import { FilePicker } from "./file-picker.tsx";
import type { Camera } from "./use-camera.ts";
import type { GivenPicture } from "./use-pictures.ts";

interface DetectActionsProps {
  camera: Camera;
  picture: GivenPicture | undefined;
  boxes: readonly FoundBox[];
  conf: number;
  question: Ask;
  onFiles: (files: readonly File[]) => void;
  onClear: () => void;
  onProblem: (error: unknown) => void;
}

/** What can be done with the picture that is shown, and what it shows in words. */
export function DetectActions(props: DetectActionsProps) {
  const { camera, picture, boxes, conf, question, onFiles, onClear, onProblem } = props;
  const [copied, setCopied] = useState(false);
  const found = camera.on ? camera.found : picture?.found;
  const run = (task: () => Promise<void>) => {
    onProblem(undefined);
    task().catch(onProblem);
  };
  const saveJson = async () => {
    if (picture?.found === undefined) return;
    const { width, height, speed } = picture.found;
    const text = JSON.stringify({ path: picture.name, width, height, speed, boxes }, undefined, 2);
    download(new Blob([text], { type: "application/json" }), `${stem(picture.name)}.json`);
  };
  const savePicture = async () => {
    if (picture?.found === undefined) return;
    const { width, height } = picture.found;
    const pixels = await createImageBitmap(picture.file, { imageOrientation: "from-image" });
    download(await drawAnnotated(pixels, { width, height, boxes }), `${stem(picture.name)}-boxes.png`);
    pixels.close();
  };
  const copy = async () => {
    await navigator.clipboard.writeText(curlFor({ ...question, conf, name: picture?.name ?? "picture.jpg" }));
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <div className="detect-actions">
      <p className="tally" role="status">
        {found === undefined ? (camera.on ? "Waiting for the camera …" : "Looking …") : `Found ${tally(boxes)}.`}
      </p>
      <div className="actions">
        {camera.on ? (
          <button type="button" className="button primary" onClick={camera.stop}>
            Stop the camera
          </button>
        ) : (
          <>
            <button type="button" className="button" disabled={found === undefined} onClick={() => run(savePicture)}>
              Save picture
            </button>
            <button type="button" className="button" disabled={found === undefined} onClick={() => run(saveJson)}>
              Save JSON
            </button>
            <button type="button" className="button" onClick={() => run(copy)}>
              {copied ? "Copied" : "Copy as curl"}
            </button>
            <FilePicker onFiles={onFiles}>Add pictures</FilePicker>
            <button type="button" className="button" onClick={camera.start}>
              Camera
            </button>
            <button type="button" className="button" onClick={onClear}>
              Clear
            </button>
          </>
        )}
      </div>
    </div>
  );
}

function stem(name: string): string {
  return name.replace(/\.\w+$/, "");
}
