import { Menu } from '@mantine/core';
import { IconLogout, IconUser } from '@tabler/icons-react';
import { hrefOf } from '../app/route.ts';
import { useSession } from '../app/server-lists.ts';
import { useServices } from '../app/services.tsx';
import { useText } from '../i18n/use-text.ts';
import styles from './top-bar.module.css';

/** Who is signed in, where people have accounts. */
export function UserMenu() {
  const text = useText();
  const { client } = useServices();
  const session = useSession();
  if (session === undefined || session.name === null || session.role === null) return null;
  const signOut = async () => {
    await client.call('logOut', {}).catch(() => undefined);
    // From the start: nothing of one person is to be seen by the next. Unsent work is asked about before the page goes.
    window.location.assign(hrefOf({ page: 'start' }));
  };
  return (
    <Menu width={260} position="bottom-end">
      <Menu.Target>
        <button
          type="button"
          className={styles['menu']}
          aria-label={text('user.menu', { name: session.name })}
        >
          <IconUser size={16} stroke={1.6} />
          <span className={styles['long']}>{session.name}</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{text('user.menu', { name: session.name })}</Menu.Label>
        <p className={styles['explain']}>{text(`user.role.${session.role}`)}</p>
        <Menu.Item leftSection={<IconLogout size={16} stroke={1.6} />} onClick={() => void signOut()}>
          {text('user.out')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
