import { useEffect, useRef, useState } from "react";
import { send, sentence } from "../api/call.ts";
import { Button } from "../controls/button.tsx";

interface ImagesProps {
  /** Address of the folder that they are in. */
  address: string;
  names: readonly string[];
}

/** What a run drew, the batches first; each opens in full. */
export function Images({ address, names }: ImagesProps) {
  const [open, setOpen] = useState<string>();
  const dialog = useRef<HTMLDialogElement>(null);
  if (names.length === 0) return null;
  const show = (name: string) => {
    setOpen(name);
    dialog.current?.showModal();
  };
  return (
    <section aria-label="Images">
      <h3>Images</h3>
      <ul className="images">
        {[...names].sort(byKind).map((name) => (
          <li key={name}>
            <Button onClick={() => show(name)}>
              <RunImage path={`${address}/${encodePath(name)}`} alt="" />
              <span>{titleOf(name)}</span>
            </Button>
          </li>
        ))}
      </ul>
      <dialog ref={dialog} className="lightbox" aria-label={open && titleOf(open)} onClose={() => setOpen(undefined)}>
        {open !== undefined && (
          <>
            <header>
              <h3>{titleOf(open)}</h3>
              <Button onClick={() => dialog.current?.close()}>Close</Button>
            </header>
            <RunImage path={`${address}/${encodePath(open)}`} alt={titleOf(open)} />
          </>
        )}
      </dialog>
    </section>
  );
}

/** An image that needs the key. */
export function RunImage({ path, alt }: { path: string; alt: string }) {
  const { url, error } = useBlobUrl(path);
  if (error !== undefined) return <span className="image-none">{error}</span>;
  return url === undefined ? <span className="image-none" /> : <img src={url} alt={alt} />;
}

/** `train_batch0.jpg` → `Training batch 0`. */
export function titleOf(name: string): string {
  const stem = name.replace(/\.\w+$/, "");
  const known: readonly (readonly [RegExp, string])[] = [
    [/^train_batch(\d+)$/, "Training batch $1"],
    [/^val_batch(\d+)_labels$/, "Validation batch $1, labels"],
    [/^val_batch(\d+)_pred$/, "Validation batch $1, found"],
    [/^labels$/, "Labels of the data set"],
    [/^results$/, "Results"],
    [/^confusion_matrix$/, "Confusion matrix"],
    [/^confusion_matrix_normalized$/, "Confusion matrix, normalized"],
    [/^Box(\w+)_curve$/, "$1 curve"],
  ];
  for (const [form, title] of known) if (form.test(stem)) return stem.replace(form, title);
  return stem;
}

const order = [/^train_batch/, /^val_batch.*pred/, /^val_batch/, /^labels/, /^results/, /^confusion/, /./];

function byKind(a: string, b: string): number {
  const rank = (name: string) => order.findIndex((form) => form.test(name));
  return rank(a) - rank(b) || a.localeCompare(b, "en", { numeric: true });
}

/** A path within an address. */
export function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

/** Fetches a file with the key, which `<img src>` cannot send, and makes an address for it in this page. */
function useBlobUrl(path: string | undefined): { url?: string; error?: string } {
  const [found, setFound] = useState<{ path: string; url?: string; error?: string }>();
  useEffect(() => {
    if (path === undefined) return;
    const abort = new AbortController();
    let url: string | undefined;
    send(path, { signal: abort.signal })
      .then(async (response) => {
        url = URL.createObjectURL(await response.blob());
        setFound({ path, url });
      })
      .catch((error) => {
        if (!abort.signal.aborted) setFound({ path, error: sentence(error) });
      });
    return () => {
      abort.abort();
      if (url !== undefined) URL.revokeObjectURL(url);
    };
  }, [path]);
  return found?.path === path ? (found ?? {}) : {};
}
