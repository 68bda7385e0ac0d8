import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Converter, ReflectionKind } from "typedoc";

/**
 * A plugin of TypeDoc's. It names each module of the reference as it is imported, by its package and, where that has several,
 * its entry; and it lists inherited members of classes once, where they come from: a hundred layers share those of `Module`.
 */
export function load({ converter }) {
  converter.on(Converter.EVENT_CREATE_DECLARATION, (context, reflection) => {
    if (reflection.kind !== ReflectionKind.Module) return;
    const file = context.getSymbolFromReflection(reflection)?.declarations?.[0]?.getSourceFile().fileName;
    if (file !== undefined) reflection.name = nameOf(file);
  });
  converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const owner of project.getReflectionsByKind(ReflectionKind.Class)) {
      for (const member of [...(owner.children ?? [])]) {
        if (member.inheritedFrom !== undefined) project.removeReflection(member);
      }
      owner.groups = owner.groups?.filter((group) => {
        group.children = group.children.filter((child) => owner.children?.includes(child));
        return group.children.length > 0;
      });
    }
  });
}

function nameOf(file) {
  const { name } = JSON.parse(readFileSync(join(dirname(file), "../package.json"), "utf8"));
  const [, entry = "index"] = /([^/]+)\.d\.ts$/.exec(file) ?? [];
  return entry === "index" ? name : `${name}/${entry}`;
}
