/** Many entries, few lines: what one session did again within minutes is one line with times and a count. */
import type { AccessLine, AccessSummary, Activity } from '../../../../src-shared/contract/access-report.ts';

/** One entry, resolved. `person` and `session` tell people apart and never leave this folder. */
export type Access = Omit<AccessLine, 'from' | 'to' | 'count'> & {
  readonly seq: number;
  readonly at: number;
  readonly person: string | null;
  readonly session: string | null;
};

/** What lies further apart is another access, milliseconds. */
export const apart = 15 * 60_000;

/** Takes accesses in the log's order, one by one: there may be many, and others want their turn between. */
export class Groups {
  readonly #lines: { line: AccessLine; readonly seq: number }[] = [];
  readonly #open = new Map<string, { line: AccessLine; readonly seq: number }>();

  add({ seq, at, person, session, ...told }: Access): void {
    const { event, outcome, purpose, where, roles, reason } = told;
    const key = JSON.stringify([session, person, event, outcome, purpose, where, roles, reason]);
    const held = this.#open.get(key);
    if (held !== undefined && Math.abs(at - held.line.to) <= apart) {
      held.line = joined(held.line, told, at);
      return;
    }
    const fresh = { line: { ...told, from: at, to: at, count: 1 }, seq };
    this.#open.set(key, fresh);
    this.#lines.push(fresh);
  }

  /** Newest first. */
  lines(): AccessLine[] {
    return this.#lines.toSorted((a, b) => b.line.from - a.line.from || b.seq - a.seq).map(({ line }) => line);
  }
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

/** Counts accesses as they come. */
export class Sums {
  #accesses = 0;
  #emergencies = 0;
  readonly #people = new Set<string>();
  readonly #roles = new Map<string, { readonly roles: string[]; count: number }>();
  readonly #activities = new Map<Activity, number>();

  add({ person, roles, activity, event, outcome }: Access): void {
    this.#accesses += 1;
    if (person !== null) this.#people.add(person);
    if (event === 'break-glass.opened' && outcome === 'success') this.#emergencies += 1;
    this.#activities.set(activity, this.#of(activity) + 1);
    const key = JSON.stringify(roles);
    const held = this.#roles.get(key);
    if (held === undefined) this.#roles.set(key, { roles, count: 1 });
    else held.count += 1;
  }

  #of(activity: Activity): number {
    return this.#activities.get(activity) ?? 0;
  }

  summary(): AccessSummary {
    const byActivity = [...this.#activities].map(([activity, count]) => ({ activity, count }));
    return {
      accesses: this.#accesses,
      people: this.#people.size,
      byRole: [...this.#roles.values()].toSorted((a, b) => b.count - a.count),
      byActivity: byActivity.toSorted((a, b) => b.count - a.count),
      emergencies: this.#emergencies,
      takenOut: this.#of('printed') + this.#of('exported'),
      refused: this.#of('refused'),
    };
  }
}
