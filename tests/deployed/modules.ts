/**
 * The modules of a function, as Deno sees them.
 *
 * @module
 */
import { runDeno, type Source } from "./form.ts";

/** What Deno says of a graph of modules. */
interface Graph {
  readonly roots: readonly string[];
  readonly redirects: Readonly<Record<string, string>>;
  readonly modules: readonly Node[];
}

interface Node {
  readonly specifier: string;
  /** In bytes, where it is one file. */
  readonly size?: number;
  readonly dependencies?: readonly Dependency[];
}

interface Dependency {
  /** Absent where types alone are imported. */
  readonly code?: { readonly specifier?: string };
  readonly isDynamic?: boolean;
}

/** A module that is loaded. */
export interface Module {
  /** Its URL, or `npm:/valibot@1.5.0` for a package. */
  readonly url: string;
  /** In bytes, where it is one file. */
  readonly size: number | undefined;
}

/** Which of them: those that an import loads, or all, also those of later. */
export type When = "at once" | "ever";

/** The modules that a function loads, its own and those of others. */
export async function modulesOf(
  source: Source,
  when: When,
): Promise<Module[]> {
  const graph: Graph = JSON.parse(await runDeno(source, "info", "--json"));
  const nodes = new Map(graph.modules.map((it) => [it.specifier, it]));
  const found = new Map<string, Module>();
  const visit = (specifier: string) => {
    const url = graph.redirects[specifier] ?? specifier;
    if (found.has(url)) return;
    const { size, dependencies = [] } = nodes.get(url) ?? {};
    found.set(url, { url, size });
    for (const { code, isDynamic } of dependencies) {
      if (code?.specifier === undefined) continue;
      if (when === "ever" || isDynamic !== true) visit(code.specifier);
    }
  };
  for (const root of graph.roots) visit(root);
  return [...found.values()];
}
