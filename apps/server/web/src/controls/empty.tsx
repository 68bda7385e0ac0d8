import type { ReactNode } from "react";

/** What is said where there is nothing yet, and how there will be. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
