// Before the first paint, so that nobody who chose dark is shown a white flash. The page's policy allows no inline script.
try {
  const theme = localStorage.getItem("lookonce-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is switched off: the system's preference holds.
}
