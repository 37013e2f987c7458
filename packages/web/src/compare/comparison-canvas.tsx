import type { Size } from '@calque/core';
import { useEffect, useMemo, useRef } from 'react';
import { useEditorState } from '../app/use-editor.tsx';
import { type ComparisonLayer, canvasLayers } from '../canvas-layers.ts';
import { frameAround } from '../pictures/frame-around.ts';
import { useDisplayImage } from '../pictures/use-display-image.ts';
import styles from './compare-panel.module.css';
import { drawComparison } from './draw-comparison.ts';

interface ComparisonCanvasProps {
  readonly layer: ComparisonLayer;
  readonly imageSize: Size;
  readonly label: string;
  onDivider(divider: number): void;
}

const canvasSize: Size = { width: 592, height: 444 };
const unit = 2;

/** Both states on their part of the image; in swipe mode the divider follows the pointer. */
export function ComparisonCanvas({ layer, imageSize, label, onDivider }: ComparisonCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const picture = useDisplayImage();
  const opacity = useEditorState((state) => state.maskOpacity);
  const { before, after, mode } = layer;
  const frame = useMemo(() => {
    const boxes = [before?.measures.box ?? null, after?.measures.box ?? null];
    const aspect = canvasSize.width / canvasSize.height / (mode === 'side' ? 2 : 1);
    return frameAround(boxes, imageSize, aspect);
  }, [before, after, mode, imageSize]);
  useEffect(() => {
    const context = canvas.current?.getContext('2d') ?? null;
    if (context === null) return;
    drawComparison(context, canvasSize, { ...layer, picture, imageSize, frame, opacity, unit });
  }, [layer, picture, imageSize, frame, opacity]);
  const follow = (event: React.PointerEvent<HTMLCanvasElement>) => {
    if (mode !== 'swipe' || (event.pointerType !== 'mouse' && event.buttons === 0)) return;
    const { left, width } = event.currentTarget.getBoundingClientRect();
    onDivider(Math.min(1, Math.max(0, (event.clientX - left) / width)));
  };
  return (
    <canvas
      ref={canvas}
      role="img"
      aria-label={label}
      className={styles['picture']}
      data-mode={mode}
      onPointerDown={follow}
      onPointerMove={follow}
      width={canvasSize.width}
      height={canvasSize.height}
    />
  );
}

/** Hands what is compared to the large canvas for as long as the panel is open. */
export function useComparisonLayer(layer: ComparisonLayer | null): void {
  useEffect(() => canvasLayers.setState({ comparison: layer }), [layer]);
  useEffect(() => () => canvasLayers.setState({ comparison: null, peek: false }), []);
}
