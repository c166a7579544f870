import { Component, type ReactNode } from 'react';
import { CrashScreen } from './CrashScreen.tsx';
import { type Fault, reportFault } from './fault.ts';

type State = { readonly broken: boolean; readonly reference: string | null };

/**
 * The last net: errors while drawing, and those nobody caught (`error`, `unhandledrejection`). What was thrown is
 * not shown, because its text may hold what was on the screen; class, code and place go into a report. Drafts that
 * were typed a moment ago are saved as the screens go (`useDrafts`).
 */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { broken: false, reference: null };
  #reported = false;

  static getDerivedStateFromError(): Partial<State> {
    return { broken: true };
  }

  override componentDidCatch(error: unknown): void {
    this.#report('drawing', error);
  }

  /** One report for a screen that goes: what breaks after it breaks because of it. */
  #report(kind: Fault['kind'], thrown: unknown): void {
    if (this.#reported) return;
    this.#reported = true;
    void reportFault(kind, thrown).then((reference) => this.setState({ reference }));
  }

  readonly #thrown = (event: ErrorEvent) => {
    event.preventDefault();
    this.#report('exception', event.error);
    this.setState({ broken: true });
  };

  readonly #rejected = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    this.#report('rejection', event.reason);
    this.setState({ broken: true });
  };

  override componentDidMount(): void {
    window.addEventListener('error', this.#thrown);
    window.addEventListener('unhandledrejection', this.#rejected);
  }

  override componentWillUnmount(): void {
    window.removeEventListener('error', this.#thrown);
    window.removeEventListener('unhandledrejection', this.#rejected);
  }

  override render(): ReactNode {
    return this.state.broken ? <CrashScreen reference={this.state.reference} /> : this.props.children;
  }
}
