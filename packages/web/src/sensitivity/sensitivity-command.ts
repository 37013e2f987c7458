import { interfaceStore } from '../app/interface-state.ts';
import { selectedView } from '../app/use-editor.tsx';
import type { Editor } from '../editor/editor.ts';
import type { Command } from '../keyboard/command.ts';
import { sensitivityWish } from './sensitivity-wish.ts';

/** Opens the panel and measures, where the object has a box. */
export function sensitivityCommand(editor: Editor): Command {
  return {
    id: 'sensitivity',
    title: 'command.sensitivity',
    group: 'prompt',
    keys: ['s'],
    enabled: () => selectedView(editor.store.getState())?.annotation.prompt.box != null,
    run: () => {
      interfaceStore.setState({ tab: 'prompt' });
      sensitivityWish.setState(({ asked }) => ({ asked: asked + 1 }));
    },
  };
}
