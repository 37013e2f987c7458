import { useMemo, useState } from 'react';
import { CanvasHost } from '../canvas/canvas-host.tsx';
import type { Canvas } from '../canvas/create-canvas.ts';
import type { Editor } from '../editor/editor.ts';
import { useText } from '../i18n/use-text.ts';
import { useCommands } from '../keyboard/use-commands.tsx';
import { ComparisonMarks, HeatLegend } from '../stage/comparison-marks.tsx';
import { EncodingLine } from '../stage/encoding-line.tsx';
import { PictureFailed } from '../stage/picture-failed.tsx';
import styles from '../stage/stage.module.css';
import { StatusLine } from '../stage/status-line.tsx';
import { canvasCommands } from './canvas-commands.ts';
import { useEditorState } from './use-editor.tsx';

const descriptionId = 'canvas-description';

/** The image with its masks, and what lies over it. */
export function Stage({ editor }: { editor: Editor }) {
  const text = useText();
  const name = useEditorState((state) => state.image.name);
  const [canvas, setCanvas] = useState<Canvas | null>(null);
  useCommands(useMemo(() => (canvas === null ? [] : canvasCommands(canvas, editor)), [canvas, editor]));
  return (
    <div className={styles['stage']}>
      <CanvasHost
        editor={editor}
        label={text('canvas.name', { name })}
        descriptionId={descriptionId}
        className={styles['canvas']}
        onCanvas={setCanvas}
      />
      <p id={descriptionId} className={styles['hidden']}>
        {text('canvas.description')}
      </p>
      <EncodingLine />
      <ComparisonMarks />
      <HeatLegend />
      {canvas === null ? null : (
        <>
          <PictureFailed canvas={canvas} />
          <StatusLine canvas={canvas} />
        </>
      )}
    </div>
  );
}
