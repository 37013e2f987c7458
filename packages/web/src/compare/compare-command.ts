import { interfaceStore } from '../app/interface-state.ts';
import { canvasLayers } from '../canvas-layers.ts';
import type { Editor } from '../editor/editor.ts';
import type { Command } from '../keyboard/command.ts';

/** Opens the comparison; while it is held, the earlier state alone is to be seen. */
export function compareCommand(editor: Editor): Command {
  return {
    id: 'compare',
    title: 'command.compare',
    group: 'mask',
    keys: ['c'],
    hold: 'hold',
    enabled: () => editor.store.getState().selectedId !== null,
    run: () => {
      interfaceStore.setState({ tab: 'compare' });
      canvasLayers.setState({ peek: true });
    },
    release: () => canvasLayers.setState({ peek: false }),
  };
}
