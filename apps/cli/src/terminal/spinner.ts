/** Milliseconds between two images of the spinner. */
const tick = 100;

const images = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;

/** Shows that work goes on that cannot say how far it is, with the seconds that it took; call the result to end it. */
export function startSpinner(label: string, show: (line: string) => void): () => void {
  const start = performance.now();
  let count = 0;
  const draw = (): void => {
    const seconds = Math.floor((performance.now() - start) / 1000);
    show(`${images[count++ % images.length]} ${label}${seconds > 0 ? ` ${seconds} s` : ""}`);
  };
  draw();
  const timer = setInterval(draw, tick);
  timer.unref();
  return () => clearInterval(timer);
}
