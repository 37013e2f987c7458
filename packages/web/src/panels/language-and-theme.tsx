import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react';
import { usePreference, useServices } from '../app/services.tsx';
import { LANGUAGES } from '../i18n/index.ts';
import { useText } from '../i18n/use-text.ts';
import { IconButton } from './icon-button.tsx';
import styles from './top-bar.module.css';

const names = { en: 'English', fr: 'Français' };

export function LanguageSwitch() {
  const text = useText();
  const { preferences } = useServices();
  return (
    <fieldset className={styles['languages']} aria-label={text('top.language')}>
      {LANGUAGES.map((language) => (
        <button
          key={language}
          type="button"
          lang={language}
          className={styles['language']}
          aria-pressed={text.language === language}
          aria-label={names[language]}
          title={names[language]}
          onClick={() => preferences.change({ language })}
        >
          {language.toUpperCase()}
        </button>
      ))}
    </fieldset>
  );
}

const order = ['system', 'dark', 'light'] as const;
const icons = { system: IconDeviceDesktop, dark: IconMoon, light: IconSun };

export function ThemeSwitch() {
  const text = useText();
  const { preferences } = useServices();
  const theme = usePreference('theme');
  const Icon = icons[theme];
  const next = order[(order.indexOf(theme) + 1) % order.length] ?? 'system';
  return (
    <IconButton
      label={text('top.theme', { theme: text(`theme.${theme}`) })}
      icon={<Icon size={18} stroke={1.6} />}
      onClick={() => preferences.change({ theme: next })}
    />
  );
}
