import { createContext, useContext, useSyncExternalStore } from "react";
import type { Engine, EngineSnapshot } from "./engine.ts";

/** What trains and detects, for all components. */
export const EngineContext: React.Context<Engine | undefined> = createContext<Engine | undefined>(undefined);

/** What trains and detects, and what it shows now. */
export function useEngine(): { engine: Engine } & EngineSnapshot {
  const engine = useContext(EngineContext);
  if (engine === undefined) throw new Error("There is no EngineContext around this component.");
  return { engine, ...useSyncExternalStore(engine.subscribe, engine.snapshot) };
}
