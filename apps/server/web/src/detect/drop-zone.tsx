import { Button } from "../controls/button.tsx";
import { FilePicker } from "./file-picker.tsx";

interface DropZoneProps {
  onFiles: (files: readonly File[]) => void;
  onCamera: () => void;
  dragging: boolean;
}

/** Where images go when there are none yet. */
export function DropZone({ onFiles, onCamera, dragging }: DropZoneProps) {
  return (
    <section className="drop-zone" aria-label="Add images">
      <svg viewBox="0 0 48 48" width="56" height="56" aria-hidden="true" className="line-icon drop-mark">
        <path d="M5 16v-6a5 5 0 0 1 5-5h6M32 5h6a5 5 0 0 1 5 5v6M43 32v6a5 5 0 0 1-5 5h-6M16 43h-6a5 5 0 0 1-5-5v-6" />
        <path d="M24 32V17M17.5 23.5 24 17l6.5 6.5" />
      </svg>
      <h2>{dragging ? "Let go to look" : "Drop images here"}</h2>
      <p className="muted">or paste one, or</p>
      <div className="actions">
        <FilePicker onFiles={onFiles} primary>
          Choose images
        </FilePicker>
        <Button onClick={onCamera}>Use the camera</Button>
      </div>
      <p className="muted small">They are sent to this service and nowhere else.</p>
    </section>
  );
}
