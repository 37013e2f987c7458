import { Menu } from '@mantine/core';
import { IconBrowser, IconCheck, IconServer } from '@tabler/icons-react';
import { useServices } from '../app/services.tsx';
import { useEditor, useEditorState } from '../app/use-editor.tsx';
import { useText } from '../i18n/use-text.ts';
import styles from './top-bar.module.css';

const choices = ['measured', 'server', 'browser'] as const;

/** Where prompts are answered, why there, and the choice of another place. */
export function DecodeMenu() {
  const text = useText();
  const editor = useEditor();
  const { preferences } = useServices();
  const { wanted, used, reason } = useEditorState((state) => state.decodeIn);
  const Icon = used === 'server' ? IconServer : IconBrowser;
  return (
    <Menu width={280} position="bottom-end">
      <Menu.Target>
        <button
          type="button"
          className={styles['menu']}
          aria-label={text('decode.menu', { place: text(`decode.${used}`) })}
        >
          <Icon size={16} stroke={1.6} />
          <span className={styles['long']}>{text(`decode.${used}`)}</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{text('decode.title')}</Menu.Label>
        {choices.map((choice) => (
          <Menu.Item
            key={choice}
            rightSection={choice === wanted ? <IconCheck size={16} /> : null}
            onClick={() => {
              editor.setDecodePlace(choice);
              preferences.change({ decodeIn: choice });
            }}
          >
            {text(`decode.choice.${choice}`)}
          </Menu.Item>
        ))}
        <p className={styles['explain']}>{text.ofData(reason.key, reason.values)}</p>
      </Menu.Dropdown>
    </Menu>
  );
}
