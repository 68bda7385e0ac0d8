import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/shell.css";
import "./styles/detect.css";
import "./styles/track.css";
import "./styles/chart.css";
import "./styles/train.css";
import "./styles/runs.css";
import "./styles/models.css";
import "./styles/queue.css";
import "./styles/explore.css";

const root = document.getElementById("page");
if (root === null) throw new Error("index.html has no element #page");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
