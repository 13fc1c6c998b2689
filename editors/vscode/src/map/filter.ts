// What the Authentication Map's filter leaves of the tree.
import type { MapNode } from './model';

export type Filter = 'all' | 'open' | 'gaps' | 'findings';

export const filterNames: Record<Filter, string> = {
  all: 'All path operations',
  open: 'Only open path operations',
  gaps: 'Only what is not resolved',
  findings: 'Only path operations with findings',
};

/** The filters that this tree can answer: a server may not say which operations have findings. */
export function filtersFor(nodes: readonly MapNode[]): Filter[] {
  const says = (n: MapNode): boolean => n.operation?.findings !== undefined || n.children.some(says);
  return nodes.some(says) ? ['all', 'open', 'gaps', 'findings'] : ['all', 'open', 'gaps'];
}

export function filterTree(nodes: readonly MapNode[], filter: Filter): MapNode[] {
  if (filter === 'all') return [...nodes];
  return nodes.flatMap((n) => keep(n, filter) ?? []);
}

function keep(n: MapNode, filter: Filter): MapNode | undefined {
  if (n.kind === 'operation') return matches(n, filter) ? n : undefined;
  if (n.kind === 'gaps') return filter === 'gaps' ? n : undefined;
  const children = n.children.flatMap((c) => keep(c, filter) ?? []);
  return children.length > 0 ? { ...n, children } : undefined;
}

function matches(n: MapNode, filter: Filter): boolean {
  switch (filter) {
    case 'open':
      return n.guarding === 'open' && n.operation?.kind !== 'mount';
    case 'gaps':
      return n.guarding === 'unresolved';
    case 'findings':
      return (n.operation?.findings ?? []).length > 0;
    case 'all':
      return true;
  }
}
