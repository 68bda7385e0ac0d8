/** What a key does while one labels. */
export type LabelAction =
  | { kind: "select"; step: 1 | -1 }
  | { kind: "image"; step: 1 | -1 }
  | { kind: "nudge"; dx: number; dy: number; resize: boolean }
  | { kind: "class"; number: number }
  | { kind: "zoom"; factor: number }
  | { kind: "draw" | "remove" | "fit" | "unselect" | "accept" | "accept-all" };

type KeyPress = Pick<KeyboardEvent, "key" | "shiftKey" | "altKey" | "ctrlKey" | "metaKey">;

/** Pixels of the image that an arrow key moves by, and with Shift. */
const [small, large] = [1, 10];

const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

const keys: Readonly<Record<string, LabelAction>> = {
  n: { kind: "select", step: 1 },
  p: { kind: "select", step: -1 },
  PageDown: { kind: "image", step: 1 },
  PageUp: { kind: "image", step: -1 },
  b: { kind: "draw" },
  Delete: { kind: "remove" },
  Backspace: { kind: "remove" },
  f: { kind: "fit" },
  "+": { kind: "zoom", factor: 1.25 },
  "=": { kind: "zoom", factor: 1.25 },
  "-": { kind: "zoom", factor: 0.8 },
  Escape: { kind: "unselect" },
};

/** The keys as the page lists them. */
export const keyHelp: readonly (readonly [keys: string, what: string])[] = [
  ["B", "draw a box in the middle"],
  ["N, P", "select the next, previous box"],
  ["Arrows", "move it by a pixel; with Shift by ten"],
  ["Alt + arrows", "move its lower right corner"],
  ["1 – 9, 0", "set its class"],
  ["Delete", "remove it"],
  ["Enter", "accept a proposal; with Shift all"],
  ["Page down, up", "next, previous image"],
  ["+, −, F", "zoom in, out, show all"],
  ["Ctrl + Z", "undo; with Shift redo"],
];

/** What a key press does; `undefined` where it means nothing here. */
export function actionOf({ key, shiftKey, altKey, ctrlKey, metaKey }: KeyPress): LabelAction | undefined {
  if (ctrlKey || metaKey) return undefined;
  const arrow = arrows[key];
  if (arrow !== undefined) {
    const step = shiftKey ? large : small;
    return { kind: "nudge", dx: arrow[0] * step, dy: arrow[1] * step, resize: altKey };
  }
  if (altKey) return undefined;
  if (key === "Enter") return { kind: shiftKey ? "accept-all" : "accept" };
  if (/^\d$/.test(key)) return { kind: "class", number: key === "0" ? 9 : Number(key) - 1 };
  return keys[key.length === 1 ? key.toLowerCase() : key];
}
