/** From what stands in a source to what counts: all of it as the schema wants it, or the strict policy. */
import {
  type PolicyProblem,
  type PolicyProblemCode,
  type PolicySource,
  policyProblemCodes,
  policySchema,
  type ReadPolicy,
  strictPolicy,
} from '../../src-shared/policy/policy.ts';

/** What a reader found: values by name, or what is wrong with the source as a whole. */
export type Given =
  | { readonly values: Readonly<Record<string, unknown>>; readonly problems: readonly PolicyProblem[] }
  | { readonly values: null; readonly problems: readonly PolicyProblem[] };

/** The source cannot be read at all. */
export function unreadable(code: PolicyProblemCode, name = ''): Given {
  return { values: null, problems: [{ name: nameable(name), code }] };
}

const longest = 16;

/** Names come from a file: as much of one as may stand in the log and on the screen. */
export function nameable(name: string): string {
  return /^[A-Za-z0-9_.-]{0,64}$/.test(name) ? name : '?';
}

export function refuse(source: PolicySource, problems: readonly PolicyProblem[]): ReadPolicy {
  return { policy: strictPolicy, source, problems: problems.slice(0, longest) };
}

export function judge(source: PolicySource, given: Given): ReadPolicy {
  if (given.values === null) return refuse(source, given.problems);
  const parsed = policySchema.safeParse(given.values);
  if (parsed.success && given.problems.length === 0) return { policy: parsed.data, source, problems: [] };
  const problems = new Map<string, PolicyProblem>();
  const add = (problem: PolicyProblem): void => {
    if (!problems.has(problem.name)) problems.set(problem.name, problem);
  };
  given.problems.forEach(add);
  for (const issue of parsed.error?.issues ?? []) {
    if (issue.code === 'unrecognized_keys') {
      for (const name of issue.keys) add({ name: nameable(name), code: 'policy-unknown' });
    } else {
      add({ name: nameable(String(issue.path[0] ?? '')), code: codeOf(issue.code, issue.message) });
    }
  }
  return refuse(source, [...problems.values()]);
}

function codeOf(issue: string, message: string): PolicyProblemCode {
  const own = policyProblemCodes.find((code) => code === message);
  if (own !== undefined) return own;
  if (issue === 'invalid_type') return 'policy-type';
  if (issue === 'too_big' || issue === 'too_small') return 'policy-range';
  return 'policy-value';
}
