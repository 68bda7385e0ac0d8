import { Button } from "../../../../server/web/src/controls/button.tsx";

/** With how many threads this page computes, and what helps where it has one alone. */
export function ThreadsNote() {
  const cores = navigator.hardwareConcurrency;
  if (crossOriginIsolated) {
    return (
      <p className="muted small">
        Trains in this tab, with {cores} {cores === 1 ? "thread" : "threads"}. Keep it in sight: browsers slow down tabs
        in the background.
      </p>
    );
  }
  if (navigator.serviceWorker?.controller !== null || cores === 1) {
    return (
      <p className="muted small">
        Trains with one thread: this page is not isolated from others. Its server has to send the headers
        Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.
      </p>
    );
  }
  return (
    <div className="threads-note">
      <p className="muted small">Trains with one thread. Loaded once more, this page has {cores}.</p>
      <Button className="button small" onClick={() => location.reload()}>
        Load it again
      </Button>
    </div>
  );
}
