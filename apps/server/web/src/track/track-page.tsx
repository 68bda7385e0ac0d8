import { useEffect, useMemo, useRef, useState } from "react";
import type { FoundBox, ModelList } from "../api/types.ts";
import { useResource } from "../api/use-resource.ts";
import { Button } from "../controls/button.tsx";
import { Field } from "../controls/field.tsx";
import { ModelSelect } from "../controls/model-select.tsx";
import { Notice } from "../controls/notice.tsx";
import { Slider } from "../controls/slider.tsx";
import { Table } from "../controls/table.tsx";
import { FilePicker } from "../detect/file-picker.tsx";
import { Stage } from "../detect/stage.tsx";
import { type SessionRequest, type Tracking, useTracking } from "./use-tracking.ts";
import { ZoneLayer } from "./zone-layer.tsx";
import { ZoneList } from "./zone-list.tsx";
import { type CountRow, countRows, type Drawn, freeName, zonesOf } from "./zones.ts";

const none: readonly FoundBox[] = [];

/** The camera or a video in; identities, trails, and counts at lines and zones out. */
export function TrackPage() {
  const models = useResource<ModelList>("/v1/models");
  const [model, setModel] = useState<string>();
  const [conf, setConf] = useState(0.25);
  const [tracker, setTracker] = useState<SessionRequest["tracker"]>("bytetrack");
  const [drawn, setDrawn] = useState<readonly Drawn[]>([]);
  const [drawing, setDrawing] = useState<Drawn["kind"]>();
  const [active, setActive] = useState<FoundBox>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const zones = useMemo(() => zonesOf(drawn), [drawn]);
  const tracking = useTracking(canvas, { model, conf, tracker, zones });
  const { source, tracks, stop } = tracking;
  useEffect(() => stop, [stop]);

  const loaded = models.data?.models.filter(({ loaded }) => loaded) ?? [];
  const size = tracks && { width: tracks.width, height: tracks.height };
  return (
    <div className="detect track">
      <h1 className="visually-hidden">Follow objects in videos</h1>
      <div className="detect-main">
        {source === undefined ? (
          <Sources tracking={tracking} />
        ) : (
          <Stage
            {...(size ?? { width: 4 / 3, height: 1 })}
            {...{ boxes: tracks?.boxes ?? none, active, onActive: setActive, busy: tracks === undefined }}
          >
            <canvas ref={canvas} role="img" aria-label="The video's frame" />
            {size && (
              <ZoneLayer
                {...{ ...size, drawn, drawing, tracks }}
                onDrawn={(points) => {
                  if (drawing) setDrawn([...drawn, { kind: drawing, name: freeName(drawing, drawn), points }]);
                  setDrawing(undefined);
                }}
              />
            )}
          </Stage>
        )}
        <Notice>{tracking.error}</Notice>
        {source !== undefined && (
          <div className="detect-actions">
            <p className="tally" role="status">
              {summary(tracking)}
            </p>
            <div className="actions">
              <Button className="button primary" onClick={stop}>
                {source === "camera" ? "Stop the camera" : "Close the video"}
              </Button>
            </div>
          </div>
        )}
      </div>
      <aside className="side" aria-label="Settings and counts">
        <Notice onRetry={models.reload}>{models.error}</Notice>
        <Field label="Model">
          <ModelSelect
            models={models.data && loaded}
            value={model ?? loaded.find((each) => each.default)?.id}
            onChange={setModel}
          />
        </Field>
        <Field label="Tracker">
          <select value={tracker} onChange={({ target }) => setTracker(target.value as SessionRequest["tracker"])}>
            <option value="bytetrack">ByteTrack</option>
            <option value="botsort">BoT-SORT, which follows a moving camera</option>
          </select>
        </Field>
        <Slider
          {...{ label: "Confidence", value: conf, min: 0.05, max: 0.95, step: 0.05, onChange: setConf }}
          hint="Detections of at least this confidence are tracked"
          keepsAbove
        />
        <ZoneList {...{ drawn, onChange: setDrawn, size, drawing, onDraw: setDrawing }} />
        {tracks?.counts !== undefined && <Counts rows={countRows(drawn, tracks.counts)} />}
      </aside>
    </div>
  );
}

function Sources({ tracking: { start } }: { tracking: Tracking }) {
  return (
    <section className="drop-zone" aria-label="Choose a source">
      <h2>Follow objects</h2>
      <p className="muted">and count them at lines and in zones that you draw</p>
      <div className="actions">
        <FilePicker accept="video/*" multiple={false} primary onFiles={([file]) => file && start(file)}>
          Choose a video
        </FilePicker>
        <Button onClick={() => start("camera")}>Use the camera</Button>
      </div>
      <p className="muted small">Frames are sent to this service and nowhere else.</p>
    </section>
  );
}

function Counts({ rows }: { rows: readonly CountRow[] }) {
  const number = (value: number | undefined) => (value === undefined ? "" : String(value));
  return (
    <Table
      label="Counts"
      className="counts"
      rows={rows}
      keyOf={({ name, class: label }) => `${name} ${label}`}
      columns={[
        { title: "Where", isHeading: true, cell: ({ name }) => name },
        { title: "What", cell: ({ class: label }) => label },
        { title: "In", className: "number", cell: (row) => number(row.in) },
        { title: "Out", className: "number", cell: (row) => number(row.out) },
        { title: "Inside", className: "number", cell: ({ inside }) => number(inside) },
      ]}
    />
  );
}

function summary({ tracks, rate, ended }: Tracking): string {
  if (tracks === undefined) return "Waiting for the first frame …";
  const followed = tracks.boxes.filter(({ id }) => id !== undefined).length;
  const what = `Frame ${tracks.frame + 1}: following ${followed} ${followed === 1 ? "object" : "objects"}`;
  return ended ? `${what}. The video has ended.` : `${what}, ${rate.toFixed(1)} frames a second.`;
}
