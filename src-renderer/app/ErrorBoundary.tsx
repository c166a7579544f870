import { Component, type ReactNode } from 'react';
import { CrashScreen } from './CrashScreen.tsx';

/**
 * The last net: errors while drawing, and those nobody caught (`error`, `unhandledrejection`). What was thrown is
 * neither shown nor logged here, because its text may hold what was on the screen.
 */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, { readonly broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  readonly #break = (event: Event) => {
    event.preventDefault();
    this.setState({ broken: true });
  };

  override componentDidMount(): void {
    window.addEventListener('error', this.#break);
    window.addEventListener('unhandledrejection', this.#break);
  }

  override componentWillUnmount(): void {
    window.removeEventListener('error', this.#break);
    window.removeEventListener('unhandledrejection', this.#break);
  }

  override render(): ReactNode {
    return this.state.broken ? <CrashScreen /> : this.props.children;
  }
}
