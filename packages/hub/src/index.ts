export { findWeights, type PublishedWeights, publishedWeights } from "./catalog.ts";
export { type FetchedWeights, type FetchProgress, type FetchWeightsOptions, fetchWeights } from "./fetch-weights.ts";
export type { ProxySettings } from "./http.ts";
