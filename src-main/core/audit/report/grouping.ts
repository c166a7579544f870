/** Many entries, few lines: what one session did again within minutes is one line with times and a count. */
import type { AccessLine, AccessSummary } from '../../../../src-shared/contract/access-report.ts';

/** One entry, resolved. `person` and `session` tell people apart and never leave this folder. */
export type Access = Omit<AccessLine, 'from' | 'to' | 'count'> & {
  readonly seq: number;
  readonly at: number;
  readonly person: string | null;
  readonly session: string | null;
};

/** What lies further apart is another access, milliseconds. */
export const apart = 15 * 60_000;

/** @param accesses in the log's order @returns lines, newest first */
export function groupAccesses(accesses: readonly Access[]): AccessLine[] {
  const lines: { line: AccessLine; seq: number }[] = [];
  const open = new Map<string, { line: AccessLine; seq: number }>();
  for (const { seq, at, person, session, ...told } of accesses) {
    const { event, outcome, purpose, where, roles, reason } = told;
    const key = JSON.stringify([session, person, event, outcome, purpose, where, roles, reason]);
    const held = open.get(key);
    if (held !== undefined && Math.abs(at - held.line.to) <= apart) {
      held.line = joined(held.line, told, at);
      continue;
    }
    const fresh = { line: { ...told, from: at, to: at, count: 1 }, seq };
    open.set(key, fresh);
    lines.push(fresh);
  }
  return lines.sort((a, b) => b.line.from - a.line.from || b.seq - a.seq).map(({ line }) => line);
}

/** A clock that was put back makes no line that ends before it begins. */
function joined(line: AccessLine, more: Pick<AccessLine, 'categories' | 'origins'>, at: number): AccessLine {
  return {
    ...line,
    from: Math.min(line.from, at),
    to: Math.max(line.to, at),
    count: line.count + 1,
    categories: [...new Set([...line.categories, ...more.categories])],
    origins: [...new Set([...line.origins, ...more.origins])],
  };
}

export function summaryOf(accesses: readonly Access[]): AccessSummary {
  const people = new Set(accesses.flatMap(({ person }) => person ?? []));
  const of = (...wanted: readonly string[]) => accesses.filter(({ activity }) => wanted.includes(activity)).length;
  return {
    accesses: accesses.length,
    people: people.size,
    byRole: counted(accesses, ({ roles }) => JSON.stringify(roles)).map(([first, count]) => ({
      roles: first.roles,
      count,
    })),
    byActivity: counted(accesses, ({ activity }) => activity).map(([first, count]) => ({
      activity: first.activity,
      count,
    })),
    emergencies: accesses.filter(({ event, outcome }) => event === 'break-glass.opened' && outcome === 'success')
      .length,
    takenOut: of('printed', 'exported'),
    refused: of('refused'),
  };
}

/** How many there are of each kind, most first, with the first of that kind. */
function counted(accesses: readonly Access[], kind: (access: Access) => string): [Access, number][] {
  const found = new Map<string, [Access, number]>();
  for (const access of accesses) {
    const held = found.get(kind(access));
    if (held === undefined) found.set(kind(access), [access, 1]);
    else held[1] += 1;
  }
  return [...found.values()].sort((a, b) => b[1] - a[1]);
}
