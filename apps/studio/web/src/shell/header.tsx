import { Button } from "../../../../server/web/src/controls/button.tsx";
import { ThemeSwitch } from "../../../../server/web/src/shell/theme-switch.tsx";
import { useStudio } from "../state/use-studio.ts";
import { Icon } from "./icon.tsx";
import { linkTo, titles, type View, views } from "./route.ts";

/** Where one is, and what concerns every view: undo, redo, whether all is saved. */
export function Header({ view }: { view: View }) {
  const { studio, canUndo, canRedo, saving, saveError } = useStudio();
  const state = saveError !== undefined ? "Not saved" : saving ? "Saving …" : "Saved";
  return (
    <header className="top">
      <a className="brand" href={linkTo("images")} aria-label="lookonce studio, images">
        <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true" className="mark">
          <path d="M3 11V6a3 3 0 0 1 3-3h5M21 3h5a3 3 0 0 1 3 3v5M29 21v5a3 3 0 0 1-3 3h-5M11 29H6a3 3 0 0 1-3-3v-5" />
          <circle cx="16" cy="16" r="5.4" />
        </svg>
        <span>studio</span>
      </a>
      <nav aria-label="Steps">
        {views.map((name) => (
          <a key={name} href={linkTo(name)} aria-current={view === name ? "page" : undefined}>
            {titles[name]}
          </a>
        ))}
      </nav>
      <div className="top-end">
        <span className="save-state small muted" role="status">
          {state}
        </span>
        <Button
          className="icon-button"
          onClick={() => studio.undo()}
          disabled={!canUndo}
          aria-label="Undo"
          title="Undo (Ctrl+Z)"
        >
          <Icon name="undo" />
        </Button>
        <Button
          className="icon-button"
          onClick={() => studio.redo()}
          disabled={!canRedo}
          aria-label="Redo"
          title="Redo (Ctrl+Shift+Z)"
        >
          <Icon name="redo" />
        </Button>
        <ThemeSwitch />
      </div>
    </header>
  );
}
