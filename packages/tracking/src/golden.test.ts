import { iouMatrix } from "@lookonce/geometry";
import { describeGolden, expectClose, goldenJson, goldenTensors } from "@lookonce/testing";
import { expect, it } from "vitest";
import { assign } from "./assign.ts";
import { KalmanFilter, type KalmanKind } from "./kalman-filter.ts";
import { Tracker, type Tracks } from "./tracker.ts";

interface Step {
  do: string;
  measurement?: number[];
  mean: number[];
  covariance: number[][];
  means_before?: number[][];
  covariances_before?: number[][][];
  means?: number[][];
  covariances?: number[][][];
}

const near = { abs: 1e-9, rel: 1e-9 };

describeGolden("Kalman filters", ["tasks/track/kalman.json"], () => {
  const cases: Record<KalmanKind, { steps: Step[] }> = goldenJson("tasks/track/kalman.json");

  it.each(["xyah", "xywh"] as const)("%s", (kind) => {
    const filter = new KalmanFilter(kind);
    let state = filter.initiate([0, 0, 1, 1]);
    for (const step of cases[kind].steps) {
      if (step.do === "initiate") state = filter.initiate(step.measurement!);
      else if (step.do === "predict") filter.predict(state);
      else if (step.do === "update") filter.update(state, step.measurement!);
      else if (step.do === "predict several") {
        for (const [i, mean] of step.means_before!.entries()) {
          const one = {
            mean: Float64Array.from(mean),
            covariance: Float64Array.from(step.covariances_before![i]!.flat()),
          };
          filter.predict(one);
          expectClose(one.mean, step.means![i]!, near);
          expectClose(one.covariance, step.covariances![i]!.flat(), near);
        }
      }
      // Distances for gating: trackers by place use none
      if (step.mean === undefined) continue;
      const { mean, covariance } = step.do === "project" ? filter.project(state) : state;
      expectClose(mean, step.mean, near);
      expectClose(covariance, step.covariance.flat(), near);
    }
  });
});

interface Assignment {
  matches: [number, number][];
  unmatched_tracks: number[];
  unmatched_detections: number[];
}

describeGolden("assignments", ["tasks/track/matching.json"], () => {
  const { assignments, costs } = goldenJson("tasks/track/matching.json") as {
    assignments: ({ name: string; cost: number[][]; limit: number } & Assignment)[];
    costs: {
      tracks_xyxy: number[][];
      detections_xyxy: number[][];
      iou_distance: number[][];
      fused: number[][];
      assignments: Record<string, Assignment>;
    }[];
  };
  const expectAssignment = (cost: number[][], limit: number, { matches, unmatched_tracks }: Assignment): void => {
    const columnOf = assign(cost.flat(), [cost.length, cost[0]?.length ?? 0], limit);
    expect([...columnOf.entries()].filter(([, column]) => column >= 0)).toEqual(matches);
    expect([...columnOf.entries()].filter(([, column]) => column < 0).map(([row]) => row)).toEqual(unmatched_tracks);
  };

  it.each(assignments)("$name", (one) => expectAssignment(one.cost, one.limit, one));
  it.each(costs.map((one, i) => ({ ...one, i })))("costs $i", ({ fused, assignments: byLimit, ...given }) => {
    const overlaps = iouMatrix(given.tracks_xyxy.flat(), given.detections_xyxy.flat());
    expectClose(
      overlaps.map((overlap) => 1 - overlap),
      given.iou_distance.flat(),
      { abs: 2e-7 },
    );
    for (const [limit, assignment] of Object.entries(byLimit)) expectAssignment(fused, Number(limit), assignment);
  });
});

interface State {
  tracked: number[];
  unconfirmed: number[];
  lost: number[];
  removed_in_total: number;
}

for (const sequence of ["street", "crowd", "moving_camera", "rotated"]) {
  const folder = `tasks/track/${sequence}`;
  describeGolden(sequence, [`${folder}/settings.json`, `${folder}/sequence.safetensors`], () => {
    const { frames, runs, warps } = goldenJson(`${folder}/settings.json`);
    const tensors = goldenTensors(`${folder}/sequence.safetensors`);
    const isRotated = sequence === "rotated";
    const values = isRotated ? 5 : 4;

    /** Rows of a table whose frame this is. */
    const rowsOf = (frame: number, name: string, frames: string): number[][] => {
      const { data, shape } = tensors[name]!;
      const width = shape[1]!;
      return [...tensors[frames]!.data.entries()]
        .filter(([, of]) => of === frame)
        .map(([row]) => [...data.subarray(row * width, (row + 1) * width)]);
    };
    const asRows = ({ count, boxes, angles, ids, scores, classes, detections }: Tracks): number[][] =>
      Array.from({ length: count }, (_, i) => [
        ...boxes.subarray(4 * i, 4 * i + 4),
        ...(angles === undefined ? [] : [angles[i]!]),
        ...[ids[i]!, scores[i]!, classes[i]!, detections[i]!],
      ]);

    it.each(Object.keys(runs))("%s", (name) => {
      const { settings, warps_given } = runs[name];
      const states: State[] = goldenJson(`${folder}/${name}_states.json`);
      const tracker = new Tracker(settings);
      for (let frame = 0; frame < frames; frame++) {
        const rows = rowsOf(frame, "detections", "frame_of_detection");
        const tracks = tracker.update(
          {
            boxes: rows.flatMap((row) => row.slice(0, 4)),
            scores: rows.map((row) => row[values]!),
            classes: rows.map((row) => row[values + 1]!),
            ...(isRotated ? { angles: rows.map((row) => row[4]!) } : {}),
          },
          warps_given ? { warp: warps[frame].flat() } : {},
        );
        const expected = rowsOf(frame, `${name}.rows`, `${name}.frame_of_row`);
        const actual = asRows(tracks);
        expect(
          actual.map((row) => row.slice(values)),
          `frame ${frame}`,
        ).toEqual(expected.map((row) => row.slice(values)));
        expectClose(
          actual.flatMap((row) => row.slice(0, values)),
          expected.flatMap((row) => row.slice(0, values)),
          { abs: 0.02 },
        );
        const { tracked, unconfirmed, lost, removed } = tracker.state;
        expect({ tracked, unconfirmed, lost, removed_in_total: removed }, `frame ${frame}`).toEqual(states[frame]);
      }
    });
  });
}
