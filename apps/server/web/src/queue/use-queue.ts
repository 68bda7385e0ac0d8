import { useEffect } from "react";
import type { QueueAnswer } from "../api/types.ts";
import { type Resource, useResource } from "../api/use-resource.ts";

const refreshMs = 3000;

/** The service's queue, if it has one; asked for again and again while it is shown. */
export function useQueue(isShown: boolean): Resource<QueueAnswer> {
  const queue = useResource<QueueAnswer>("/v1/queue");
  const { reload } = queue;
  useEffect(() => {
    if (!isShown) return;
    reload();
    const timer = setInterval(() => {
      if (!document.hidden) reload();
    }, refreshMs);
    return () => clearInterval(timer);
  }, [isShown, reload]);
  return queue;
}
