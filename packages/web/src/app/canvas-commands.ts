import type { Canvas } from '../canvas/create-canvas.ts';
import type { Editor } from '../editor/editor.ts';
import type { Command } from '../keyboard/command.ts';
import { selectedView } from './use-editor.tsx';

const ZOOM_STEP = 1.25;

/** What keys do to the view, and to the prompt on the canvas. */
export function canvasCommands(canvas: Canvas, editor: Editor): readonly Command[] {
  return [...viewCommands(canvas, editor), ...pointCommands(canvas, editor), ...handCommands(canvas)];
}

function viewCommands({ view }: Canvas, editor: Editor): readonly Command[] {
  const maskBox = () => selectedView(editor.store.getState())?.mask?.measures.box ?? null;
  const command = (id: string, keys: readonly string[], run: () => void): Command => ({
    id,
    title: `command.${id}`,
    group: 'view',
    keys,
    run,
  });
  return [
    command('zoom-in', ['ArrowUp', '='], () => view.zoom(ZOOM_STEP)),
    command('zoom-out', ['ArrowDown'], () => view.zoom(1 / ZOOM_STEP)),
    command('fit', ['0'], () => view.fit()),
    command('actual-size', ['9'], () => view.zoomToActualSize(window.devicePixelRatio)),
    {
      ...command('zoom-to-object', ['8'], () => {
        const box = maskBox();
        if (box !== null) view.zoomTo(box);
      }),
      enabled: () => maskBox() !== null,
    },
  ];
}

function pointCommands({ interaction }: Canvas, editor: Editor): readonly Command[] {
  const onPoint = (id: string, keys: readonly string[], run: (pointId: string) => void): Command => ({
    id,
    title: `command.${id}`,
    group: 'prompt',
    keys,
    enabled: () => interaction.chosenPointId !== null,
    run: () => {
      const { chosenPointId } = interaction;
      if (chosenPointId !== null) run(chosenPointId);
    },
  });
  return [
    onPoint('delete-point', ['Delete', 'Backspace'], (pointId) => editor.removePoint(pointId)),
    onPoint('toggle-point', ['t'], (pointId) => editor.togglePoint(pointId)),
    onPoint('flip-point', ['r'], (pointId) => editor.flipPointLabel(pointId)),
  ];
}

function handCommands(canvas: Canvas): readonly Command[] {
  const { interaction } = canvas;
  return [
    {
      id: 'hold-pan',
      title: 'command.hold-pan',
      group: 'view',
      keys: ['Space'],
      hold: 'hold',
      run: () => interaction.holdPan('held'),
      release: () => interaction.holdPan('released'),
    },
    {
      id: 'crosshair',
      title: 'command.crosshair',
      group: 'tools',
      keys: ['i'],
      run: () => {
        if (interaction.store.getState().crosshair !== null) return interaction.stopCrosshair();
        canvas.focus();
        interaction.startCrosshair();
      },
    },
    {
      id: 'step-back',
      title: 'command.step-back',
      group: 'general',
      keys: ['Escape'],
      enabled: () => interaction.canStepBack,
      run: () => interaction.stepBack(),
    },
  ];
}
