import type { PlainResults } from "lookonce/browser";
import { type ChangeEvent, type ReactNode, useState } from "react";
import { useDetector } from "./use-detector.ts";

export function App(): ReactNode {
  const { model, error } = useDetector("model.onnx");
  const [result, setResult] = useState<PlainResults & { url: string }>();
  const [problem, setProblem] = useState<string>();

  async function detect({ target }: ChangeEvent<HTMLInputElement>): Promise<void> {
    const file = target.files?.[0];
    if (file === undefined || model === undefined) return;
    try {
      const [found] = await model.predict(file);
      if (result !== undefined) URL.revokeObjectURL(result.url);
      if (found !== undefined) setResult({ ...found.toJSON(), url: URL.createObjectURL(file) });
      setProblem(undefined);
    } catch (thrown) {
      setProblem((thrown as Error).message);
    }
  }

  const status = result === undefined ? "Ready: the image stays in this tab." : `Found ${result.boxes.length}.`;
  return (
    <main>
      <h1>What is in an image</h1>
      <label>
        Choose an image <input type="file" accept="image/*" disabled={model === undefined} onChange={detect} />
      </label>
      <p role="status">{error ?? problem ?? (model === undefined ? "Loading the model …" : status)}</p>
      {result && <Found {...result} />}
    </main>
  );
}

function Found({ url, width, height, boxes }: PlainResults & { url: string }): ReactNode {
  const color = (number: number): string => `hsl(${(number * 137.5) % 360} 90% 50%)`;
  return (
    <>
      <ul>
        {boxes.map(({ x1, y1, name, confidence }) => (
          <li key={`${x1} ${y1} ${name}`}>
            {name} {confidence.toFixed(2)}
          </li>
        ))}
      </ul>
      <figure>
        <img src={url} alt="" />
        <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
          {boxes.map((box) => (
            <rect
              key={`${box.x1} ${box.y1} ${box.class}`}
              x={box.x1}
              y={box.y1}
              width={box.x2 - box.x1}
              height={box.y2 - box.y1}
              stroke={color(box.class)}
            />
          ))}
        </svg>
      </figure>
    </>
  );
}
