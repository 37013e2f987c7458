import { createContext, type ReactNode, useContext, useMemo } from 'react';
import { useStore } from 'zustand';
import type { Editor } from '../editor/editor.ts';
import type { AnnotationView, EditorState } from '../editor/editor-state.ts';
import { afterPaint } from './after-paint.ts';

const EditorContext = createContext<Editor | null>(null);
const StateContext = createContext<Editor['store'] | null>(null);

export function EditorProvider({ editor, children }: { editor: Editor; children: ReactNode }) {
  return (
    <EditorContext value={editor}>
      <StateContext value={editor.store}>{children}</StateContext>
    </EditorContext>
  );
}

/** For what is beside the canvas: it follows once the canvas has painted, so that a mask never waits for its numbers. */
export function EditorProviderAfterPaint({ editor, children }: { editor: Editor; children: ReactNode }) {
  const store = useMemo(() => afterPaint(editor.store), [editor]);
  return (
    <EditorContext value={editor}>
      <StateContext value={store}>{children}</StateContext>
    </EditorContext>
  );
}

/** The editor of the image in view. */
export function useEditor(): Editor {
  const editor = useContext(EditorContext);
  if (editor === null) throw new Error('There is no EditorProvider above this component.');
  return editor;
}

export function useEditorState<Part>(select: (state: EditorState) => Part): Part {
  const store = useContext(StateContext);
  if (store === null) throw new Error('There is no EditorProvider above this component.');
  return useStore(store, select);
}

export function useSelectedView(): AnnotationView | null {
  return useEditorState(selectedView);
}

export function selectedView({ views, selectedId }: EditorState): AnnotationView | null {
  return views.find(({ annotation }) => annotation.id === selectedId) ?? null;
}
