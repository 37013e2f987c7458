import { useMemo } from 'react';
import { compareCommand } from '../compare/compare-command.ts';
import type { Editor } from '../editor/editor.ts';
import type { ToolName } from '../editor/editor-state.ts';
import type { Command } from '../keyboard/command.ts';
import { rankedCandidates } from '../panels/measured-values.ts';
import { sensitivityCommand } from '../sensitivity/sensitivity-command.ts';
import { interfaceStore, openDialog } from './interface-state.ts';
import { goTo } from './route.ts';
import type { ImageList } from './server-lists.ts';
import { selectedView } from './use-editor.tsx';

const toolKeys: Readonly<Record<ToolName, readonly string[]>> = {
  select: ['v'],
  box: ['b'],
  foreground: ['+', 'f'],
  background: ['-', 'g'],
  brush: ['e'],
  pan: ['m'],
};

/** What can be done with the image in view. */
export function useEditorCommands(editor: Editor | null): readonly Command[] {
  return useMemo(() => (editor === null ? [] : editorCommands(editor)), [editor]);
}

function editorCommands(editor: Editor): readonly Command[] {
  return [
    ...toolCommands(editor),
    ...maskCommands(editor),
    ...objectCommands(editor),
    {
      id: 'undo',
      title: 'command.undo',
      group: 'general',
      keys: ['z', 'Mod+z'],
      enabled: () => editor.store.getState().document.done.length > 0,
      run: () => editor.undo(),
    },
    {
      id: 'redo',
      title: 'command.redo',
      group: 'general',
      keys: ['Shift+z', 'Mod+Shift+z', 'Mod+y'],
      enabled: () => editor.store.getState().document.undone.length > 0,
      run: () => editor.redo(),
    },
  ];
}

function toolCommands(editor: Editor): readonly Command[] {
  const tools = Object.entries(toolKeys).map(
    ([tool, keys]): Command => ({
      id: `tool-${tool}`,
      title: `command.tool-${tool}`,
      group: 'tools',
      keys,
      run: () => editor.setTool(tool as ToolName),
    }),
  );
  const resize = (factor: number) => {
    const { brushDiameterPx } = editor.store.getState();
    const step = Math.max(1, Math.abs(brushDiameterPx * factor - brushDiameterPx));
    editor.setBrushDiameter(Math.max(1, Math.round(brushDiameterPx + (factor < 1 ? -step : step))));
  };
  return [
    ...tools,
    {
      id: 'brush-smaller',
      title: 'command.brush-smaller',
      group: 'tools',
      keys: ['['],
      run: () => resize(0.8),
    },
    {
      id: 'brush-larger',
      title: 'command.brush-larger',
      group: 'tools',
      keys: [']'],
      run: () => resize(1.25),
    },
    {
      id: 'toggle-hover-preview',
      title: 'command.toggle-hover-preview',
      group: 'prompt',
      keys: ['p'],
      run: () => editor.setHoverPreview(editor.store.getState().hoverPreview ? 'off' : 'on'),
    },
    sensitivityCommand(editor),
    {
      id: 'clear-box',
      title: 'command.clear-box',
      group: 'prompt',
      keys: ['Shift+b'],
      enabled: () => selectedView(editor.store.getState())?.annotation.prompt.box != null,
      run: () => editor.clearBox(),
    },
    {
      id: 'clear-prompt',
      title: 'command.clear-prompt',
      group: 'prompt',
      keys: ['Shift+Delete'],
      enabled: () => selectedView(editor.store.getState()) !== null,
      run: () => editor.clearPrompt(),
    },
  ];
}

function maskCommands(editor: Editor): readonly Command[] {
  const candidates = [0, 1, 2].map((rank): Command => {
    const find = () => {
      const view = selectedView(editor.store.getState());
      return view === null ? undefined : rankedCandidates(view.prediction)[rank];
    };
    return {
      id: `candidate-${rank + 1}`,
      title: `command.candidate-${rank + 1}`,
      group: 'mask',
      keys: [String(rank + 1)],
      enabled: () => find() !== undefined,
      run: () => {
        const found = find();
        if (found !== undefined) editor.chooseCandidate(found.index);
      },
    };
  });
  const opacity = (by: number) =>
    editor.setMaskOpacity(Math.min(1, Math.max(0, editor.store.getState().maskOpacity + by)));
  return [
    ...candidates,
    {
      id: 'hide-masks',
      title: 'command.hide-masks',
      group: 'mask',
      keys: ['h'],
      hold: 'hold',
      run: () => editor.hideMasks('hidden'),
      release: () => editor.hideMasks('shown'),
    },
    compareCommand(editor),
    { id: 'opacity-up', title: 'command.opacity-up', group: 'mask', keys: ['.'], run: () => opacity(0.05) },
    {
      id: 'opacity-down',
      title: 'command.opacity-down',
      group: 'mask',
      keys: [','],
      run: () => opacity(-0.05),
    },
    {
      id: 'discard-edit',
      title: 'command.discard-edit',
      group: 'mask',
      keys: [],
      enabled: () => selectedView(editor.store.getState())?.annotation.editedMask != null,
      run: () => editor.discardEdit(),
    },
  ];
}

function objectCommands(editor: Editor): readonly Command[] {
  const selected = () => selectedView(editor.store.getState());
  const step = (by: number) => {
    const { views, selectedId } = editor.store.getState();
    const at = views.findIndex(({ annotation }) => annotation.id === selectedId);
    const next = views.at((at + by + (at < 0 && by < 0 ? 1 : 0)) % views.length);
    if (next !== undefined) editor.select(next.annotation.id);
  };
  const several = () => editor.store.getState().views.length > 0;
  return [
    {
      id: 'accept',
      title: 'command.accept',
      group: 'review',
      keys: ['Enter'],
      enabled: () => selected() !== null,
      run: () => {
        const view = selected();
        if (view !== null) editor.accept(view.annotation.id);
      },
    },
    {
      id: 'reject',
      title: 'command.reject',
      group: 'review',
      keys: ['x'],
      enabled: () => selected() !== null,
      run: () => openDialog('reject'),
    },
    {
      id: 'reopen',
      title: 'command.reopen',
      group: 'review',
      keys: ['Shift+x'],
      enabled: () => (selected()?.annotation.review.status ?? 'unreviewed') !== 'unreviewed',
      run: () => {
        const view = selected();
        if (view !== null) editor.reopen(view.annotation.id);
      },
    },
    {
      id: 'new-object',
      title: 'command.new-object',
      group: 'objects',
      keys: ['n'],
      run: () => editor.newAnnotation(),
    },
    {
      id: 'next-object',
      title: 'command.next-object',
      group: 'objects',
      keys: ['Tab', 'j'],
      enabled: several,
      run: () => step(1),
    },
    {
      id: 'previous-object',
      title: 'command.previous-object',
      group: 'objects',
      keys: ['Shift+Tab', 'k'],
      enabled: several,
      run: () => step(-1),
    },
    {
      id: 'delete-object',
      title: 'command.delete-object',
      group: 'objects',
      keys: ['Mod+Backspace', 'Mod+Delete'],
      enabled: () => selected() !== null,
      run: () => {
        const view = selected();
        if (view !== null) editor.deleteAnnotation(view.annotation.id);
      },
    },
    {
      id: 'edit-labels',
      title: 'command.edit-labels',
      group: 'objects',
      keys: ['l'],
      run: () => openDialog('labels'),
    },
  ];
}

/** Moving between images, and what is always there. */
export function useNavigationCommands(
  datasetId: string | undefined,
  imageId: string | undefined,
  list: ImageList,
): readonly Command[] {
  return useMemo(() => {
    const at = list.images.findIndex(({ id }) => id === imageId);
    const step = (by: number) => {
      const next = list.images[at + by];
      if (next !== undefined) goTo({ page: 'image', datasetId: next.datasetId, imageId: next.id });
    };
    const nextUnreviewed = () =>
      list.images.find(({ state }, place) => place > at && (state === 'unseen' || state === 'in-work'));
    const images: readonly Command[] =
      imageId === undefined || datasetId === undefined
        ? []
        : [
            {
              id: 'next-image',
              title: 'command.next-image',
              group: 'images',
              keys: ['ArrowRight', 'PageDown'],
              enabled: () => at >= 0 && at < list.images.length - 1,
              run: () => step(1),
            },
            {
              id: 'previous-image',
              title: 'command.previous-image',
              group: 'images',
              keys: ['ArrowLeft', 'PageUp'],
              enabled: () => at > 0,
              run: () => step(-1),
            },
            {
              id: 'next-unreviewed',
              title: 'command.next-unreviewed',
              group: 'images',
              keys: ['Shift+ArrowRight', 'u'],
              enabled: () => nextUnreviewed() !== undefined,
              run: () => {
                const next = nextUnreviewed();
                if (next !== undefined) goTo({ page: 'image', datasetId: next.datasetId, imageId: next.id });
              },
            },
            {
              id: 'gallery',
              title: 'command.gallery',
              group: 'images',
              keys: ['o'],
              run: () => goTo({ page: 'dataset', datasetId }),
            },
          ];
    return [...images, ...generalCommands];
  }, [datasetId, imageId, list]);
}

const generalCommands: readonly Command[] = [
  {
    id: 'search',
    title: 'command.search',
    group: 'images',
    keys: ['/'],
    run: () => document.getElementById('image-search')?.focus(),
  },
  {
    id: 'unreviewed-only',
    title: 'command.unreviewed-only',
    group: 'images',
    keys: ['Shift+u'],
    run: () => interfaceStore.setState(({ unreviewedOnly }) => ({ unreviewedOnly: !unreviewedOnly })),
  },
  {
    id: 'monitoring',
    title: 'command.monitoring',
    group: 'view',
    keys: ['Shift+m'],
    run: () => goTo({ page: 'monitoring' }),
  },
  {
    id: 'palette',
    title: 'command.palette',
    group: 'general',
    keys: ['Mod+k'],
    run: () => openDialog('palette'),
  },
  {
    id: 'shortcuts',
    title: 'command.shortcuts',
    group: 'general',
    keys: ['?'],
    run: () => openDialog('shortcuts'),
  },
];
