import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconBrush,
  IconCircleMinus,
  IconCirclePlus,
  IconHandStop,
  IconPointer,
  IconRectangle,
  IconSparkles,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { useEditor, useEditorState } from '../app/use-editor.tsx';
import type { ToolName } from '../editor/editor-state.ts';
import { useText } from '../i18n/use-text.ts';
import { IconButton } from './icon-button.tsx';
import styles from './tool-rail.module.css';

const tools: readonly {
  readonly name: ToolName;
  readonly Icon: ComponentType<{ size: number; stroke: number }>;
}[] = [
  { name: 'select', Icon: IconPointer },
  { name: 'box', Icon: IconRectangle },
  { name: 'foreground', Icon: IconCirclePlus },
  { name: 'background', Icon: IconCircleMinus },
  { name: 'brush', Icon: IconBrush },
  { name: 'pan', Icon: IconHandStop },
];

export function ToolRail({ tip }: { tip: 'right' | 'top' }) {
  const text = useText();
  const editor = useEditor();
  const tool = useEditorState((state) => state.tool);
  const hoverPreview = useEditorState((state) => state.hoverPreview);
  const canUndo = useEditorState((state) => state.document.done.length > 0);
  const canRedo = useEditorState((state) => state.document.undone.length > 0);
  return (
    <div
      className={styles['rail']}
      role="toolbar"
      aria-label={text('tools.title')}
      aria-orientation={tip === 'right' ? 'vertical' : 'horizontal'}
    >
      {tools.map(({ name, Icon }) => (
        <IconButton
          key={name}
          label={text(`command.tool-${name}`)}
          command={`tool-${name}`}
          icon={<Icon size={20} stroke={1.6} />}
          pressed={tool === name}
          size={36}
          tip={tip}
          className={styles['tool']}
          onClick={() => editor.setTool(name)}
        />
      ))}
      <hr className={styles['rule']} />
      <IconButton
        label={text('command.toggle-hover-preview')}
        command="toggle-hover-preview"
        icon={<IconSparkles size={20} stroke={1.6} />}
        pressed={hoverPreview}
        size={36}
        tip={tip}
        className={`${styles['tool']} ${styles['option']}`}
      />
      <span className={styles['space']} />
      <IconButton
        label={text('command.undo')}
        command="undo"
        icon={<IconArrowBackUp size={20} stroke={1.6} />}
        disabled={!canUndo}
        size={36}
        tip={tip}
        className={styles['tool']}
      />
      <IconButton
        label={text('command.redo')}
        command="redo"
        icon={<IconArrowForwardUp size={20} stroke={1.6} />}
        disabled={!canRedo}
        size={36}
        tip={tip}
        className={styles['tool']}
      />
    </div>
  );
}
