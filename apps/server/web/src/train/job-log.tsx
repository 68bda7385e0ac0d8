import { useEffect, useRef } from "react";

/** What a job said, the newest line in sight unless a person scrolled away from it. */
export function JobLog({ lines }: { lines: readonly string[] }) {
  const view = useRef<HTMLPreElement>(null);
  const follows = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new lines move the view
  useEffect(() => {
    if (view.current !== null && follows.current) view.current.scrollTop = view.current.scrollHeight;
  }, [lines]);
  if (lines.length === 0) return null;
  return (
    <section aria-label="Log">
      <h3>Log</h3>
      <pre
        ref={view}
        className="log"
        role="log"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard
        tabIndex={0}
        aria-label="What the job said"
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          follows.current = scrollTop + clientHeight > scrollHeight - 24;
        }}
      >
        {lines.join("\n")}
      </pre>
    </section>
  );
}
