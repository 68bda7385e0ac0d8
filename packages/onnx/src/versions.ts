import { LookonceError } from "@lookonce/errors";
import { subgraphs } from "./check-graph.ts";
import type { OnnxGraph } from "./model.ts";

/** File format in which each operator set appeared, by its version: onnx 1.23, `onnx/helper.py`, `VERSION_TABLE`. */
const irVersions = { 10: 5, 11: 6, 12: 7, 15: 8, 19: 9, 21: 10, 23: 11, 24: 12, 25: 13, 28: 14 };

/** Below operator set 10 too, since version 4 is the first that does not list initializers as inputs. */
const oldestIrVersion = 4;

/** The version of the file format in which this version of ONNX's operators appeared. */
export function irVersionOf(opset: number): number {
  return Object.entries(irVersions).findLast(([first]) => opset >= Number(first))?.[1] ?? oldestIrVersion;
}

/** The operator sets that a graph's nodes use, with versions; throws `ARGUMENT` when one's version is not known. */
export function opsetsOf(
  graph: OnnxGraph,
  opset: number,
  extra: Readonly<Record<string, number>>,
): Record<string, number> {
  const versions: Readonly<Record<string, number>> = { "com.microsoft": 1, "com.microsoft.nchwc": 1, ...extra };
  const opsets: Record<string, number> = { "": opset };
  const visit = (current: OnnxGraph): void => {
    for (const node of current.nodes) {
      if (opsets[node.domain] === undefined) {
        const version = versions[node.domain];
        if (version === undefined) {
          throw new LookonceError(
            "ARGUMENT",
            `node "${node.name}" (${node.op}) is of domain "${node.domain}", whose version is not known. Set it in extraDomains.`,
          );
        }
        opsets[node.domain] = version;
      }
      for (const inner of subgraphs(node)) visit(inner);
    }
  };
  visit(graph);
  return opsets;
}
