"use client";

import { type ChangeEvent, type ReactNode, useState } from "react";

interface Box {
  name: string;
  confidence: number;
}

export default function Page(): ReactNode {
  const [found, setFound] = useState<string[]>([]);

  async function detect({ target }: ChangeEvent<HTMLInputElement>): Promise<void> {
    const file = target.files?.[0];
    if (file === undefined) return;
    const response = await fetch("/api/detect", { method: "POST", body: file });
    const { boxes, error } = (await response.json()) as { boxes?: Box[]; error?: string };
    setFound(
      boxes?.map(({ name, confidence }) => `${name} ${confidence.toFixed(2)}`) ?? [error ?? response.statusText],
    );
  }

  return (
    <main>
      <h1>What is in an image</h1>
      <input type="file" accept="image/*" aria-label="Image" onChange={detect} />
      <p role="status">{found.join(", ")}</p>
    </main>
  );
}
