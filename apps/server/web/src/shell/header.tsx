import { linkTo, titles, type View, views } from "./route.ts";
import { ThemeSwitch } from "./theme-switch.tsx";

interface HeaderProps {
  view: View;
  /** Whether the service has a queue to show. */
  hasQueue: boolean;
}

export function Header({ view, hasQueue }: HeaderProps) {
  const shown = views.filter((name) => name !== "api" && (name !== "queue" || hasQueue));
  return (
    <header className="top">
      <a className="brand" href={linkTo("detect")} aria-label="lookonce, start">
        <Mark />
        <span>lookonce</span>
      </a>
      <nav aria-label="Views">
        {shown.map((name) => (
          <a key={name} href={linkTo(name)} aria-current={view === name ? "page" : undefined}>
            {titles[name]}
          </a>
        ))}
      </nav>
      <div className="top-end">
        <a className="quiet-link api-link" href={linkTo("api")} aria-current={view === "api" ? "page" : undefined}>
          API
        </a>
        <ThemeSwitch />
      </div>
    </header>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true" className="mark">
      <path d="M3 11V6a3 3 0 0 1 3-3h5M21 3h5a3 3 0 0 1 3 3v5M29 21v5a3 3 0 0 1-3 3h-5M11 29H6a3 3 0 0 1-3-3v-5" />
      <circle cx="16" cy="16" r="5.4" />
    </svg>
  );
}
