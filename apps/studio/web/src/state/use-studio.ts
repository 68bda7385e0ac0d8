import { createContext, useContext, useSyncExternalStore } from "react";
import type { Snapshot, Studio } from "./studio.ts";

/** The open project, for all components. */
export const StudioContext: React.Context<Studio | undefined> = createContext<Studio | undefined>(undefined);

/** The open project, and what it shows now. */
export function useStudio(): { studio: Studio } & Snapshot {
  const studio = useContext(StudioContext);
  if (studio === undefined) throw new Error("There is no StudioContext around this component.");
  return { studio, ...useSyncExternalStore(studio.subscribe, studio.snapshot) };
}
