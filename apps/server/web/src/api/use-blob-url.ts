import { useEffect, useState } from "react";
import { send, sentence } from "./call.ts";

/** Fetches a file with the key, which `<img src>` cannot send, and makes an address for it in this page. */
export function useBlobUrl(path: string | undefined): { url?: string; error?: string } {
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
