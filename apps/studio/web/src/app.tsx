import { useEffect, useRef, useState } from "react";
import { Notice } from "../../../server/web/src/controls/notice.tsx";
import { CheckView } from "./check/check-view.tsx";
import { DownloadView } from "./download/download-view.tsx";
import { ImagesView } from "./images/images-view.tsx";
import { LabelView } from "./label/label-view.tsx";
import { keepOffline, type OfflineState } from "./offline/register.ts";
import { Header } from "./shell/header.tsx";
import { Icon } from "./shell/icon.tsx";
import { titles, useRoute } from "./shell/route.ts";
import { useUndoKeys } from "./shell/use-undo-keys.ts";
import { useStudio } from "./state/use-studio.ts";
import { TrainView } from "./train/train-view.tsx";
import { TryView } from "./try/try-view.tsx";

/** The page: one of its views under a header. */
export function App() {
  const { view, image } = useRoute();
  const { studio, saveError } = useStudio();
  const offline = useOffline();
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  useUndoKeys(studio);
  useEffect(() => {
    document.title = `${titles[view]} · lookonce studio`;
    // A view may have set the focus to what it is for
    const isInside = main.current?.contains(document.activeElement);
    if (!isFirst.current && !isInside) main.current?.focus({ preventScroll: true });
    isFirst.current = false;
  }, [view]);
  return (
    <>
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <Header view={view} />
      <main id="content" ref={main} tabIndex={-1} aria-label={titles[view]}>
        <h1 className="visually-hidden">{titles[view]}</h1>
        <Notice onRetry={() => studio.retry()}>{saveError}</Notice>
        {view === "images" && <ImagesView />}
        {view === "label" && <LabelView name={image} />}
        {view === "check" && <CheckView />}
        {view === "train" && <TrainView />}
        {view === "try" && <TryView path={image} />}
        {view === "download" && <DownloadView />}
      </main>
      <footer className="privacy">
        <Icon name="lock" size={16} />
        <p>
          Everything stays in this tab: no image, label or model leaves your device.{" "}
          {offline === "ready" && <span>The page also works offline.</span>}
        </p>
      </footer>
    </>
  );
}

function useOffline(): OfflineState {
  const [state, setState] = useState<OfflineState>("unknown");
  useEffect(() => {
    void keepOffline().then(setState);
  }, []);
  return state;
}
