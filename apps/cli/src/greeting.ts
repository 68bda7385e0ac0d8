import type { Terminal } from "./terminal/terminal.ts";
import { ownVersion } from "./version.ts";

const first: readonly (readonly [line: string, meaning: string])[] = [
  ["lookonce predict model=yolov8n.pt source=bus.jpg", "find objects in an image"],
  ["lookonce quickstart", "draw images, train on them, try the result: a few minutes"],
  ["lookonce init pets", "lay out a project: data set, program, settings"],
  ["lookonce train model=yolov8n.pt data=pets.yaml", "teach a detector your classes"],
  ["lookonce export model=yolov8n.pt format=onnx", "write it for other programs"],
  ["lookonce serve model=yolov8n.pt", "a service with a web page"],
  ["lookonce checks", "what works on this machine"],
];

/** What `lookonce` alone says: how to start. */
export function greeting(terminal: Terminal): object {
  const { bold, dim } = terminal.colors;
  const version = ownVersion();
  const width = Math.max(...first.map(([line]) => line.length));
  terminal.say(`${bold("lookonce")} ${version} finds objects in images with YOLO detectors, and trains them.`);
  terminal.say();
  for (const [line, meaning] of first) terminal.say(`  ${line.padEnd(width)}  ${dim(meaning)}`);
  terminal.say();
  terminal.say("All commands: lookonce help. The options of one: lookonce help predict.");
  return { version, start: first.map(([command, meaning]) => ({ command, meaning })) };
}
