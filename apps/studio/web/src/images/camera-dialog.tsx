import { useEffect, useRef, useState } from "react";
import { Button } from "../../../../server/web/src/controls/button.tsx";
import { Notice } from "../../../../server/web/src/controls/notice.tsx";
import { closeVideo, openCamera, refusalText } from "../../../../server/web/src/detect/frames.ts";
import type { NamedBlob } from "../files/dataset-zip.ts";

interface CameraDialogProps {
  onFiles: (files: readonly NamedBlob[]) => void;
  onClose: () => void;
}

/** Shows the camera, and adds a photo at each press of a button. */
export function CameraDialog({ onFiles, onClose }: CameraDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const place = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(undefined);
  const [error, setError] = useState<string>();
  const [count, setCount] = useState(0);
  useEffect(() => {
    dialog.current?.showModal();
    let isOver = false;
    openCamera().then(
      (opened) => {
        if (isOver) {
          closeVideo(opened);
          return;
        }
        video.current = opened;
        opened.setAttribute("aria-label", "What the camera sees");
        place.current?.replaceChildren(opened);
      },
      (reason) => setError(refusalText(reason)),
    );
    return () => {
      isOver = true;
      if (video.current !== undefined) closeVideo(video.current);
    };
  }, []);
  const takePhoto = async (): Promise<void> => {
    if (video.current === undefined) return;
    const photo = await photoOf(video.current);
    // The time makes a name that no other photo has
    const name = `camera-${new Date().toISOString().slice(0, 19).replaceAll(/[:T]/g, "-")}.jpg`;
    onFiles([{ path: name, blob: photo }]);
    setCount(count + 1);
  };
  return (
    <dialog ref={dialog} className="camera-dialog" aria-labelledby="camera-title" onClose={onClose}>
      <h2 id="camera-title">Camera</h2>
      <Notice>{error}</Notice>
      <div className="camera-place" ref={place} />
      <div className="actions">
        <Button className="button primary" onClick={() => void takePhoto()} disabled={error !== undefined}>
          Add a photo
        </Button>
        <Button onClick={() => dialog.current?.close()}>Done</Button>
        <span className="muted small" role="status">
          {count > 0 && `${count} added`}
        </span>
      </div>
    </dialog>
  );
}

async function photoOf(video: HTMLVideoElement): Promise<Blob> {
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.92 });
}
