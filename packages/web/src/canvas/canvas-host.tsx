import { useEffect, useRef } from 'react';
import { useServices } from '../app/services.tsx';
import type { Editor } from '../editor/editor.ts';
import { type Canvas, createCanvas } from './create-canvas.ts';

interface CanvasHostProps {
  readonly editor: Editor;
  readonly label: string;
  readonly descriptionId: string;
  readonly className: string | undefined;
  /** Null when it is gone. */
  onCanvas(canvas: Canvas | null): void;
}

/** The element that the canvas lives in. */
export function CanvasHost({ editor, label, descriptionId, className, onCanvas }: CanvasHostProps) {
  const { client } = useServices();
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (host.current === null) return undefined;
    const canvas = createCanvas(host.current, { editor, client });
    onCanvas(canvas);
    return () => {
      onCanvas(null);
      canvas.close();
    };
  }, [editor, client, onCanvas]);
  return (
    <div
      ref={host}
      className={className}
      data-canvas=""
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the canvas is operated with the keyboard
      tabIndex={0}
      aria-label={label}
      aria-describedby={descriptionId}
    />
  );
}
