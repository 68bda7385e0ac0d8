import type { ReactNode } from "react";
import { Button } from "./button.tsx";

/** A sentence that something went wrong, if there is one, with what can be done about it. */
export function Notice({ children, onRetry }: { children: ReactNode; onRetry?: () => void }) {
  if (children === undefined) return null;
  return (
    <div className="notice" role="alert">
      <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" className="line-icon">
        <path d="M12 3 2.5 20h19zM12 10v4M12 17v.01" />
      </svg>
      <p>{children}</p>
      {onRetry && (
        <Button className="button small" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
