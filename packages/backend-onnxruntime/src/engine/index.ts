export { loadEngine } from "#engine";
export type { Engine, EngineOptions, EnginePort, RuntimeOptions, RuntimeTensor, Session } from "./engine.ts";
