import { didYouMean, LookonceError } from "@lookonce/errors";
import type { OnnxGraph, OnnxNode } from "./model.ts";

/** What a node is called in messages. */
function label(node: OnnxNode): string {
  return node.name === "" ? `a ${node.op} node` : `node "${node.name}" (${node.op})`;
}

/** Adds a name; throws `ARGUMENT` when it is taken. */
export function define(known: Set<string>, name: string, what: string): void {
  if (known.has(name)) {
    throw new LookonceError(
      "ARGUMENT",
      `${what} "${name}" has the name of another value. Use a different name for each.`,
    );
  }
  known.add(name);
}

function unknownInput(graph: OnnxGraph, node: OnnxNode, name: string, known: Set<string>): LookonceError {
  const later = graph.nodes.find((other) => other.outputs.includes(name));
  const hint = later
    ? ` It is made further down by ${label(later)}: add that node first.`
    : didYouMean(name, [...known, ...graph.nodes.flatMap((other) => other.outputs)]);
  return new LookonceError(
    "ARGUMENT",
    `${label(node)} of graph "${graph.name}" reads "${name}", which no input, initializer or earlier node makes.${hint}`,
  );
}

/** The graphs among a node's attributes, as `If` and `Loop` have them. */
export function subgraphs(node: OnnxNode): OnnxGraph[] {
  const found: OnnxGraph[] = [];
  for (const key in node.attributes) {
    const attribute = node.attributes[key]!;
    if ("graph" in attribute) found.push(attribute.graph);
    else if ("graphs" in attribute) found.push(...attribute.graphs);
  }
  return found;
}

/** The names that a node reads, those of the graphs among its attributes included. */
export function readNames(node: OnnxNode): string[] {
  const inner = subgraphs(node).flatMap(({ nodes, outputs }) => [
    ...nodes.flatMap(readNames),
    ...outputs.map(({ name }) => name),
  ]);
  return [...node.inputs, ...inner];
}

/**
 * Throws an `ARGUMENT` error unless every value is defined once and before it is read, and every output is defined.
 *
 * `outer` has the names that a graph inside an `If` or a `Loop` may read from around it.
 */
export function checkGraph(graph: OnnxGraph, outer: ReadonlySet<string> = new Set()): void {
  const known = new Set(outer);
  for (const { name } of graph.inputs) define(known, name, "input");
  const inputs = new Set(graph.inputs.map((input) => input.name));
  for (const name of graph.initializers.keys()) {
    // Before file format 4 an initializer was also listed as an input, as its default value; that is still legal.
    if (!inputs.has(name)) define(known, name, "initializer");
  }
  for (const node of graph.nodes) {
    for (const name of node.inputs) {
      if (name !== "" && !known.has(name)) throw unknownInput(graph, node, name, known);
    }
    for (const inner of subgraphs(node)) checkGraph(inner, known);
    for (const name of node.outputs) {
      if (name !== "") define(known, name, `output of ${label(node)}:`);
    }
  }
  const outputs = new Set<string>();
  for (const { name } of graph.outputs) {
    define(outputs, name, "graph output");
    if (!known.has(name)) {
      throw new LookonceError(
        "ARGUMENT",
        `graph "${graph.name}" has the output "${name}", which nothing in it makes.${didYouMean(name, known)}`,
      );
    }
  }
}
