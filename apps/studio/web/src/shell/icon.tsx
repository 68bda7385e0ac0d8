/** Lines of icons on a grid of 24. */
const paths = {
  undo: "M9 7 4 12l5 5M4 12h10a6 6 0 0 1 0 12",
  redo: "m15 7 5 5-5 5M20 12H10a6 6 0 0 0 0 12",
  previous: "m14.5 5-7 7 7 7",
  next: "m9.5 5 7 7-7 7",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  remove: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  accept: "m5 12.5 4.5 4.5L19 7.5",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  images: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5v.01",
} as const;

export type IconName = keyof typeof paths;

/** A drawing beside a text, or in a button that has a label. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  const isTurned = name === "undo" || name === "redo";
  return (
    <svg
      viewBox={isTurned ? "0 3 24 24" : "0 0 24 24"}
      width={size}
      height={size}
      aria-hidden="true"
      className="line-icon"
    >
      <path d={paths[name]} />
    </svg>
  );
}
