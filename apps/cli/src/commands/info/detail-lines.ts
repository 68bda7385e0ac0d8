import type { ModuleDescription, TensorDescription } from "@lookonce/yolo";
import { table } from "../../terminal/table.ts";
import { count, shape, short } from "./format.ts";

const header = ["", "gradient", "parameters", "shape", "mean", "deviation"];

/** A module and what lies in it. */
interface Node {
  /** Path from the node above. */
  name: string;
  module: ModuleDescription;
  children: Node[];
}

/** The tree of modules: parameter tensors with their statistics, and sums of the modules around them. */
export function detailLines(modules: readonly ModuleDescription[]): string[] {
  const [root, ...rest] = grow(modules);
  if (root === undefined || rest.length > 0) return [];
  const top = skipLists(root);
  return table(header, [moduleCells(top, root.module.kind), ...branches(top, "")], { align: "<<>>>>" });
}

/** The nodes without a parent, of modules in which parents come before children. */
function grow(modules: readonly ModuleDescription[]): Node[] {
  const nodes = new Map<string, Node>();
  const tops: Node[] = [];
  for (const module of modules) {
    const dot = module.path.lastIndexOf(".");
    const above = module.path === "" ? undefined : nodes.get(dot < 0 ? "" : module.path.slice(0, dot));
    const node = { name: module.path.slice(dot + 1), module, children: [] };
    nodes.set(module.path, node);
    (above?.children ?? tops).push(node);
  }
  return tops;
}

/** A node with a single child, as the model with its list of layers, is replaced by it. */
function skipLists(node: Node): Node {
  const [only, ...others] = node.children;
  if (only === undefined || others.length > 0 || node.module.tensors.length > 0) return node;
  return skipLists({ ...only, name: node.name === "" ? only.name : `${node.name}.${only.name}` });
}

/** What a row of the tree is about: a tensor under its name, or a module. */
type Item = { tensor: TensorDescription; name: string } | { child: Node };

/** Rows of what lies in a node, each with its branch of the tree before it. */
function branches(node: Node, before: string): string[][] {
  const own = node.module.tensors.map((tensor): Item => ({ tensor, name: tensor.name }));
  // A module of tensors alone, such as a convolution, is listed by these: conv.weight.
  const items = node.children
    .map(skipLists)
    .flatMap((child): Item[] =>
      child.children.length === 0
        ? child.module.tensors.map((tensor) => ({ tensor, name: `${child.name}.${tensor.name}` }))
        : [{ child }],
    );
  return [...own, ...items].flatMap((item, i, all) => {
    const isLast = i === all.length - 1;
    const lead = `${before}${isLast ? "└ " : "├ "}`;
    if ("tensor" in item) {
      const { shape: sides, parameters, gradient, mean, std } = item.tensor;
      return [[lead + item.name, gradient ? "on" : "off", count(parameters), shape(sides), short(mean), short(std)]];
    }
    const [name = "", ...cells] = moduleCells(item.child, item.child.module.kind);
    return [[lead + name, ...cells], ...branches(item.child, `${before}${isLast ? "  " : "│ "}`)];
  });
}

function moduleCells({ name, module }: Node, kind: string): string[] {
  const { parameters, gradients } = module;
  const gradient = gradients === parameters ? "on" : gradients === 0 ? "off" : "partly";
  return [`${name} ${kind}`, gradient, count(parameters), "", "", ""];
}
