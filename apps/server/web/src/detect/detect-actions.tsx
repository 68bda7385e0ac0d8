import { useState } from "react";
import type { FoundBox } from "../api/types.ts";
import { Button } from "../controls/button.tsx";
import { type Ask, curlFor, type Found } from "./ask.ts";
import { tally } from "./detections.ts";
import { download, drawAnnotated } from "./download.ts";
import { FilePicker } from "./file-picker.tsx";
import type { Camera } from "./use-camera.ts";
import type { GivenImage } from "./use-images.ts";

interface DetectActionsProps {
  camera: Camera;
  image: GivenImage | undefined;
  boxes: readonly FoundBox[];
  conf: number;
  question: Ask;
  onFiles: (files: readonly File[]) => void;
  onClear: () => void;
  onProblem: (error: unknown) => void;
}

/** What can be done with the image that is shown, and what it shows in words. */
export function DetectActions(props: DetectActionsProps) {
  const { camera, image, boxes, conf, question, onFiles, onClear, onProblem } = props;
  const [copied, setCopied] = useState(false);
  const found = camera.on ? camera.found : image?.found;
  const run = (task: () => Promise<void>) => {
    onProblem(undefined);
    task().catch(onProblem);
  };
  const saveJson = async () => {
    if (image?.found === undefined) return;
    const { width, height, speed, top5 } = image.found;
    const text = JSON.stringify({ path: image.name, width, height, speed, boxes, top5 }, undefined, 2);
    download(new Blob([text], { type: "application/json" }), `${stem(image.name)}.json`);
  };
  const saveImage = async () => {
    if (image?.found === undefined) return;
    const { width, height } = image.found;
    const pixels = await createImageBitmap(image.file, { imageOrientation: "from-image" });
    download(await drawAnnotated(pixels, { width, height, boxes }), `${stem(image.name)}-boxes.png`);
    pixels.close();
  };
  const copy = async () => {
    await navigator.clipboard.writeText(curlFor({ ...question, conf, name: image?.name ?? "image.jpg" }));
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <div className="detect-actions">
      <p className="tally" role="status">
        {found === undefined ? (camera.on ? "Waiting for the camera …" : "Looking …") : summary(found, boxes)}
      </p>
      <div className="actions">
        {camera.on ? (
          <Button className="button primary" onClick={camera.stop}>
            Stop the camera
          </Button>
        ) : (
          <>
            <Button disabled={found === undefined} onClick={() => run(saveImage)}>
              Save image
            </Button>
            <Button disabled={found === undefined} onClick={() => run(saveJson)}>
              Save JSON
            </Button>
            <Button onClick={() => run(copy)}>{copied ? "Copied" : "Copy as curl"}</Button>
            <FilePicker onFiles={onFiles}>Add images</FilePicker>
            <Button onClick={camera.start}>Camera</Button>
            <Button onClick={onClear}>Clear</Button>
          </>
        )}
      </div>
    </div>
  );
}

/** What an image shows, for people. */
function summary({ top5 }: Found, boxes: readonly FoundBox[]): string {
  const [best] = top5 ?? [];
  return best === undefined ? `Found ${tally(boxes)}.` : `It is most likely: ${best.name}.`;
}

function stem(name: string): string {
  return name.replace(/\.\w+$/, "");
}
