import { createContext, type ReactNode, useContext } from 'react';
import { useStore } from 'zustand';
import type { Editor } from '../editor/editor.ts';
import type { AnnotationView, EditorState } from '../editor/editor-state.ts';

const EditorContext = createContext<Editor | null>(null);

export function EditorProvider({ editor, children }: { editor: Editor; children: ReactNode }) {
  return <EditorContext value={editor}>{children}</EditorContext>;
}

/** The editor of the image in view. */
export function useEditor(): Editor {
  const editor = useContext(EditorContext);
  if (editor === null) throw new Error('There is no EditorProvider above this component.');
  return editor;
}

export function useEditorState<Part>(select: (state: EditorState) => Part): Part {
  return useStore(useEditor().store, select);
}

export function useSelectedView(): AnnotationView | null {
  return useEditorState(selectedView);
}

export function selectedView({ views, selectedId }: EditorState): AnnotationView | null {
  return views.find(({ annotation }) => annotation.id === selectedId) ?? null;
}
