import { useState } from "react";
import { Button } from "../controls/button.tsx";

const next = { system: "light", light: "dark", dark: "system" } as const;
type Theme = keyof typeof next;
const labels: Record<Theme, string> = { system: "as the system", light: "light", dark: "dark" };
const shapes: Record<Theme, string> = {
  system: "M4 5h16v11H4zM9 20h6M12 16v4",
  light:
    "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M2 12h2M20 12h2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4",
  dark: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
};
// The name is known to public/theme.js, too.
const storageName = "lookonce-theme";

export function ThemeSwitch() {
  const [theme, setTheme] = useState<Theme>(() => {
    const set = document.documentElement.dataset.theme;
    return set === "light" || set === "dark" ? set : "system";
  });
  const change = () => {
    const chosen = next[theme];
    setTheme(chosen);
    if (chosen === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    try {
      localStorage.setItem(storageName, chosen);
    } catch {
      // Storage is switched off: the choice lives as long as the page.
    }
  };
  return (
    <Button
      className="icon-button"
      onClick={change}
      aria-label={`Theme: ${labels[theme]}. Change to ${labels[next[theme]]}`}
      title={`Theme: ${labels[theme]}`}
    >
      <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" className="line-icon">
        <path d={shapes[theme]} />
      </svg>
    </Button>
  );
}
