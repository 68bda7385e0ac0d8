import { useEffect, useState } from "react";

/**
 * The address of a blob that is read when it is wanted, such as an image's file; `undefined` until then.
 *
 * @param read reads it; another `key` reads anew
 */
export function useBlobUrl(key: string | undefined, read: (key: string) => Promise<Blob>): string | undefined {
  const [url, setUrl] = useState<{ key: string; url: string }>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `read` is a new function each time, the key says what it reads
  useEffect(() => {
    if (key === undefined) return;
    let address: string | undefined;
    let isOver = false;
    read(key).then(
      (blob) => {
        if (isOver) return;
        address = URL.createObjectURL(blob);
        setUrl({ key, url: address });
      },
      () => setUrl(undefined),
    );
    return () => {
      isOver = true;
      if (address !== undefined) URL.revokeObjectURL(address);
    };
  }, [key]);
  return url?.key === key ? url?.url : undefined;
}
