import { Button } from '@mantine/core';
import { Component, type ComponentType, lazy, type ReactNode, Suspense, useMemo, useState } from 'react';
import { useText } from '../i18n/use-text.ts';
import styles from './late-part.module.css';

/** Code of parts that most visits do not open, fetched ahead once the page is at rest: the server can go at any time. */
const ahead: (() => Promise<unknown>)[] = [];

/** A part whose code comes when it is opened. Where it does not come, the part says so; the rest of the page goes on. */
export function latePart<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  ahead.push(load);
  // biome-ignore lint/correctness/noComponentHookFactories: made once for each module that is imported late
  return function LatePart(props: Props) {
    const [attempt, setAttempt] = useState(0);
    return (
      <Boundary
        key={attempt}
        fallback={(error) => <NotLoaded error={error} onAgain={() => setAttempt(attempt + 1)} />}
      >
        <Loaded load={load} attempt={attempt} props={props} />
      </Boundary>
    );
  };
}

/** What the page shows first needs the connection and the processor for itself. */
const AFTER_MS = 2500;

/** Called once the page is allowed to show something. What fails now is fetched when it is opened. */
export function fetchLateParts(): () => void {
  const timer = window.setTimeout(() => {
    for (const load of ahead) load().catch(() => undefined);
  }, AFTER_MS);
  return () => window.clearTimeout(timer);
}

interface LoadedProps<Props> {
  readonly load: () => Promise<ComponentType<Props>>;
  readonly attempt: number;
  readonly props: Props;
}

/** React remembers a failure with the component, so every attempt has one of its own. */
function Loaded<Props extends object>({ load, attempt, props }: LoadedProps<Props>) {
  const Part = useMemo(
    () => lazy(async () => ({ default: (await load()) as ComponentType<object>, attempt })),
    [load, attempt],
  );
  return (
    <Suspense fallback={null}>
      <Part {...props} />
    </Suspense>
  );
}

function NotLoaded({ error, onAgain }: { readonly error: Error; onAgain(): void }) {
  const text = useText();
  return (
    <div className={styles['missing']} role="status">
      <p>{text('late.failed')}</p>
      <p className={styles['details']}>{error.message}</p>
      <Button size="xs" variant="default" onClick={onAgain}>
        {text('state.again')}
      </Button>
    </div>
  );
}

interface BoundaryProps {
  readonly children: ReactNode;
  readonly fallback: (error: Error) => ReactNode;
}

/** Keeps a fault in the part where it happened. */
export class Boundary extends Component<BoundaryProps, { readonly error: Error | null }> {
  override state: { readonly error: Error | null } = { error: null };

  static getDerivedStateFromError(error: unknown): { readonly error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    return error === null ? this.props.children : this.props.fallback(error);
  }
}
