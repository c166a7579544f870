/** Why the backend does not start on this database. The message is for the operator: names of roles and tables only. */
export type SetupProblem =
  | 'owner-unfit'
  | 'service-role-missing'
  | 'service-role-unfit'
  | 'database-newer'
  | 'database-older'
  | 'tables-unprotected'
  | 'privileges-differ'
  | 'search-path'
  | 'already-running'
  | 'folder-not-reachable'
  | 'settings-unreadable'
  | 'postgres-missing'
  | 'postgres-failed';

export class SetupError extends Error {
  readonly problem: SetupProblem;
  constructor(problem: SetupProblem, message: string) {
    super(message);
    this.name = 'SetupError';
    this.problem = problem;
  }
}
