import './theme/layers.css';
import '@fontsource-variable/inter/wght.css';
import '@mantine/core/styles.layer.css';
import './theme/tokens.css';
import './theme/base.css';
import type { i18n } from 'i18next';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import type { Backend } from './app/backend.ts';
import { createServices } from './app/create-services.ts';
import { createPageBackend } from './app/page-backend.ts';
import { startTranslation } from './i18n/index.ts';
import { adoptVariables } from './theme/adopt-variables.ts';

async function openBackend(): Promise<Backend> {
  if (import.meta.env.DEV && import.meta.env['CALQUE_FAKE'] === true) {
    const { createFakeBackend } = await import('./testing/fake-backend.ts');
    return createFakeBackend();
  }
  return createPageBackend();
}

async function start(root: HTMLElement): Promise<void> {
  adoptVariables();
  let translation: i18n | undefined;
  const services = createServices(await openBackend(), () => translation ?? startTranslation('en'));
  const { language } = services.preferences.store.getState();
  translation = startTranslation(language);
  document.documentElement.lang = language;
  createRoot(root).render(<App services={services} translation={translation} />);
}

const root = document.getElementById('root');
if (root !== null) void start(root);
