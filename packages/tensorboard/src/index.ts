export { EventWriter, type EventWriterOptions, type ImageOptions } from "./event-writer.ts";
export type { EdgeType, GraphAttribute, GraphNode, GraphOutput } from "./graph-node.ts";
