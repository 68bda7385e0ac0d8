import { type FormEvent, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { enterKey, keyState, onKeyChange, refuseKey } from "../api/key.ts";
import { Button } from "../controls/button.tsx";

/** Asks for the API key when the service wants one. */
export function KeyDialog() {
  const { asking, refused } = useSyncExternalStore(onKeyChange, keyState);
  const dialog = useRef<HTMLDialogElement>(null);
  const [given, setGiven] = useState("");
  useEffect(() => {
    if (asking) dialog.current?.showModal();
    else dialog.current?.close();
  }, [asking]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (given.trim() === "") return;
    setGiven("");
    enterKey(given.trim());
  };
  return (
    <dialog ref={dialog} className="key-dialog" aria-labelledby="key-title" onCancel={() => refuseKey()}>
      <form method="dialog" onSubmit={submit}>
        <h2 id="key-title">This service needs its key</h2>
        <p>
          It is the <code>key</code> that the service was started with. It is kept until this tab is closed, and sent to
          this service alone.
        </p>
        <label className="field">
          <span>API key</span>
          <input
            type="password"
            autoComplete="off"
            spellCheck={false}
            value={given}
            onChange={(event) => setGiven(event.target.value)}
            aria-describedby="key-refused"
            aria-invalid={refused}
          />
        </label>
        <p id="key-refused" className="field-error" role="alert">
          {refused ? "The service did not accept that key." : ""}
        </p>
        <div className="actions">
          <Button onClick={() => refuseKey()}>Not now</Button>
          <button type="submit" className="button primary" disabled={given.trim() === ""}>
            Use this key
          </button>
        </div>
      </form>
    </dialog>
  );
}
