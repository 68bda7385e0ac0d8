import { type ReactNode, useRef } from "react";
import { Button } from "../controls/button.tsx";

interface FilePickerProps {
  /** Default: images. */
  accept?: string;
  /** Default true. */
  multiple?: boolean;
  onFiles: (files: readonly File[]) => void;
  primary?: boolean;
  children: ReactNode;
}

/** A button that lets files be chosen. */
export function FilePicker({
  accept = "image/*",
  multiple = true,
  onFiles,
  primary = false,
  children,
}: FilePickerProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button className={`button${primary ? " primary" : ""}`} onClick={() => input.current?.click()}>
        {children}
      </Button>
      <input
        ref={input}
        type="file"
        accept={accept}
        multiple={multiple}
        hidden
        onChange={({ currentTarget }) => {
          onFiles([...(currentTarget.files ?? [])]);
          // The same file may be chosen again.
          currentTarget.value = "";
        }}
      />
    </>
  );
}
