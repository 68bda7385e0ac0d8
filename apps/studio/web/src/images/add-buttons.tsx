import { useRef, useState } from "react";
import { Button } from "../../../../server/web/src/controls/button.tsx";
import type { NamedBlob } from "../files/dataset-zip.ts";
import { CameraDialog } from "./camera-dialog.tsx";
import { namedFiles } from "./dropped-files.ts";

interface AddButtonsProps {
  onFiles: (files: readonly NamedBlob[]) => void;
  disabled: boolean;
}

/** The ways to add images besides dropping and pasting them. */
export function AddButtons({ onFiles, disabled }: AddButtonsProps) {
  const [camera, setCamera] = useState(false);
  return (
    <div className="actions">
      <Chooser onFiles={onFiles} disabled={disabled} primary>
        Choose images
      </Chooser>
      <Chooser onFiles={onFiles} disabled={disabled} folder>
        Choose a folder
      </Chooser>
      <Button onClick={() => setCamera(true)} disabled={disabled}>
        Use the camera
      </Button>
      {camera && <CameraDialog onFiles={onFiles} onClose={() => setCamera(false)} />}
    </div>
  );
}

interface ChooserProps extends AddButtonsProps {
  children: string;
  folder?: boolean;
  primary?: boolean;
}

function Chooser({ onFiles, disabled, children, folder = false, primary = false }: ChooserProps) {
  const input = useRef<HTMLInputElement | null>(null);
  return (
    <>
      <Button
        className={`button${primary ? " primary" : ""}`}
        onClick={() => input.current?.click()}
        disabled={disabled}
      >
        {children}
      </Button>
      <input
        ref={(element) => {
          input.current = element;
          if (element !== null) element.webkitdirectory = folder;
        }}
        type="file"
        multiple
        hidden
        data-for={children}
        accept={folder ? undefined : "image/*,.zip,.txt,.yaml,.yml"}
        onChange={({ currentTarget }) => {
          onFiles(namedFiles([...(currentTarget.files ?? [])]));
          // The same file may be chosen again
          currentTarget.value = "";
        }}
      />
    </>
  );
}
