import { useReducedMotion } from '@mantine/hooks';
import { useEffect, useState } from 'react';

const BLINK_MS = 700;

export interface Blink {
  readonly face: 'before' | 'after';
  readonly running: boolean;
  toggle(): void;
  /** Stops, and shows the other one. */
  turn(): void;
}

/** Shows the two in turns while `active`. Where motion is to be reduced it stands still until it is asked. */
export function useBlink(active: boolean): Blink {
  const reduced = useReducedMotion();
  const [asked, setAsked] = useState<boolean | null>(null);
  const [face, setFace] = useState<'before' | 'after'>('after');
  const running = asked ?? !reduced;
  useEffect(() => {
    if (!active || !running) return undefined;
    const timer = setInterval(() => setFace(other), BLINK_MS);
    return () => clearInterval(timer);
  }, [active, running]);
  return {
    face,
    running,
    toggle: () => setAsked(!running),
    turn: () => {
      setAsked(false);
      setFace(other);
    },
  };
}

function other(face: 'before' | 'after'): 'before' | 'after' {
  return face === 'before' ? 'after' : 'before';
}
