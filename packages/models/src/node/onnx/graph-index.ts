import type { GraphProto, NodeProto } from './proto/onnx-pb.ts';

/** Who makes and who uses each value of a graph. A picture of the graph at the time of {@link indexGraph}. */
export interface GraphIndex {
  /** The node that makes a value; undefined for inputs and weights. */
  producer(value: string): NodeProto | undefined;
  /** The value and everything it is computed from, upstream to inputs and weights. */
  ancestors(value: string): ReadonlySet<string>;
  /** The same without what only lends its shape: `Shape` ends the walk. */
  dataAncestors(value: string): ReadonlySet<string>;
}

export function indexGraph(graph: GraphProto): GraphIndex {
  const producers = new Map<string, NodeProto>();
  for (const node of graph.node) {
    for (const output of node.output) if (output !== '') producers.set(output, node);
  }
  return {
    producer: (value) => producers.get(value),
    ancestors: (value) => collectAncestors(value, producers, () => true),
    dataAncestors: (value) => collectAncestors(value, producers, (node) => node.opType !== 'Shape'),
  };
}

function collectAncestors(
  value: string,
  producers: ReadonlyMap<string, NodeProto>,
  passes: (node: NodeProto) => boolean,
): ReadonlySet<string> {
  const seen = new Set<string>([value]);
  const open = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const node = producers.get(next);
    for (const input of node === undefined || !passes(node) ? [] : valuesUsed(node)) {
      if (input === '' || seen.has(input)) continue;
      seen.add(input);
      open.push(input);
    }
  }
  return seen;
}

/** The inputs of a node, and what the graphs inside its attributes (branches of `If`, bodies of `Loop`) take from outside. */
function valuesUsed(node: NodeProto): string[] {
  const inner = node.attribute.flatMap((attribute) => [
    ...(attribute.g === undefined ? [] : [attribute.g]),
    ...attribute.graphs,
  ]);
  return [...node.input, ...inner.flatMap((graph) => graph.node.flatMap(valuesUsed))];
}

/** Removes from the graph every node, weight, input and value description that no output needs. */
export function pruneInto(graph: GraphProto): void {
  const index = indexGraph(graph);
  const needed = new Set<string>();
  for (const output of graph.output) for (const value of index.ancestors(output.name)) needed.add(value);
  graph.node = graph.node.filter((node) => node.output.some((output) => needed.has(output)));
  graph.initializer = graph.initializer.filter((tensor) => needed.has(tensor.name));
  graph.input = graph.input.filter((input) => needed.has(input.name));
  graph.valueInfo = graph.valueInfo.filter((info) => needed.has(info.name));
}

/** Gives a value another name, at its producer, at every user of the same graph and among its outputs. */
export function renameValueInto(graph: GraphProto, from: string, to: string): void {
  const renamed = (name: string): string => (name === from ? to : name);
  for (const node of graph.node) {
    node.input = node.input.map(renamed);
    node.output = node.output.map(renamed);
  }
  for (const output of graph.output) output.name = renamed(output.name);
}
