import type { FoundBox } from "../api/types.ts";
import { classColor } from "./class-color.ts";
import { isSeen, limbsOf, outlineOf, pointColor } from "./shapes.ts";

interface ShapeLayerProps {
  /** Those that lie on top come last. */
  boxes: readonly FoundBox[];
  width: number;
  height: number;
  active: FoundBox | undefined;
}

/** Masks, turned boxes and skeletons over an image; upright boxes and labels lie above. */
export function ShapeLayer({ boxes, width, height, active }: ShapeLayerProps) {
  const shaped = boxes.filter(({ segments, keypoints, obb }) => segments ?? keypoints ?? obb);
  if (shaped.length === 0) return null;
  return (
    <svg className="shapes" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      {shaped.map((box) => (
        <g
          key={`${box.class} ${box.x1} ${box.y1} ${box.x2} ${box.y2}`}
          className={box === active ? "shape active" : "shape"}
          style={{ "--class": classColor(box.class) } as React.CSSProperties}
        >
          <Outline box={box} />
          <Skeleton box={box} radius={(width + height) / 240} />
        </g>
      ))}
    </svg>
  );
}

function Outline({ box }: { box: FoundBox }) {
  const points = outlineOf(box);
  if (points.length < 3) return null;
  return <polygon className={box.obb ? "turned" : "mask"} points={points.map((point) => point.join(",")).join(" ")} />;
}

function Skeleton({ box: { keypoints }, radius }: { box: FoundBox; radius: number }) {
  if (keypoints === undefined) return null;
  const { x, y } = keypoints;
  return (
    <>
      {limbsOf(keypoints).map(({ ends: [a, b], color }) => (
        <line key={`${a} ${b}`} className="limb" x1={x[a]} y1={y[a]} x2={x[b]} y2={y[b]} stroke={color} />
      ))}
      {x.map((at, k) =>
        isSeen(keypoints, k) ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: a point is known by its number
          <circle key={k} className="keypoint" cx={at} cy={y[k]} r={radius} fill={pointColor(x.length, k)} />
        ) : null,
      )}
    </>
  );
}
