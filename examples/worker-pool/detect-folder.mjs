import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DetectorPool } from "./detector-pool.mjs";

const { MODEL: model = "yolov8n.pt" } = process.env;
const [folder = "images"] = process.argv.slice(2);

const pool = new DetectorPool({ model });
const names = (await readdir(folder)).filter((name) => /\.(jpe?g|png|webp)$/i.test(name));
await Promise.all(
  names.map(async (name) => {
    const { boxes } = await pool.detect(join(folder, name), { conf: 0.4 });
    console.log(`${name}: ${boxes.map((box) => `${box.name} ${box.confidence.toFixed(2)}`).join(", ")}`);
  }),
);
await pool.close();
