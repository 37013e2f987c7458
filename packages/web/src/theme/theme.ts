import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

const accent: MantineColorsTuple = [
  '#e3ebfd',
  '#cddbfb',
  '#a9c2ff',
  '#7ea6ff',
  '#5b8bf5',
  '#4373ea',
  '#3766e0',
  '#2f5fdb',
  '#2553cb',
  '#1f47b0',
];

/** The surfaces of tokens.css, for the places where Mantine reaches for its own greys. */
const dark: MantineColorsTuple = [
  '#e8ebf0',
  '#b3bbc7',
  '#98a1ae',
  '#6b7482',
  '#2d323a',
  '#2c3138',
  '#23272d',
  '#1b1e23',
  '#14161a',
  '#0f1114',
];

export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: { light: 7, dark: 6 },
  colors: { accent, dark },
  fontFamily: 'var(--font)',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.8125rem', lg: '0.9375rem', xl: '1.25rem' },
  lineHeights: { xs: '1.4', sm: '1.4', md: '1.4', lg: '1.4', xl: '1.4' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  radius: { xs: '6px', sm: '6px', md: '6px', lg: '6px', xl: '6px' },
  defaultRadius: 'md',
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    Tooltip: { defaultProps: { openDelay: 450, transitionProps: { duration: 80 }, withinPortal: true } },
    Menu: {
      defaultProps: {
        transitionProps: { duration: 80 },
        shadow: 'md',
        withinPortal: true,
        // A child of a menu that is no item is an error to screen readers.
        withInitialFocusPlaceholder: false,
      },
    },
    Popover: { defaultProps: { transitionProps: { duration: 80 }, shadow: 'md', withinPortal: true } },
    // The page never scrolls, so nothing is to be locked; the lock would write a style element.
    Modal: {
      defaultProps: { transitionProps: { duration: 120 }, shadow: 'md', centered: true, lockScroll: false },
    },
    ModalRoot: { defaultProps: { lockScroll: false } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 32 } },
    Button: { defaultProps: { size: 'xs' } },
  },
});

/** Mantine's own names for what tokens.css says, so that there is one list of colours. */
export const cssVariables: CSSVariablesResolver = () => {
  const both = {
    '--mantine-color-body': 'var(--surface-1)',
    '--mantine-color-text': 'var(--text)',
    '--mantine-color-dimmed': 'var(--text-faint)',
    '--mantine-color-placeholder': 'var(--text-faint)',
    '--mantine-color-default': 'var(--surface-2)',
    '--mantine-color-default-hover': 'var(--surface-3)',
    '--mantine-color-default-color': 'var(--text)',
    '--mantine-color-default-border': 'var(--line)',
    '--mantine-color-gray-light-color': 'var(--text-soft)',
    '--mantine-color-gray-subtle-color': 'var(--text-soft)',
    '--mantine-color-gray-light-hover': 'var(--surface-3)',
    '--mantine-color-error': 'var(--bad)',
    '--mantine-shadow-xs': 'var(--shadow)',
    '--mantine-shadow-sm': 'var(--shadow)',
    '--mantine-shadow-md': 'var(--shadow)',
    '--mantine-shadow-lg': 'var(--shadow)',
    '--mantine-shadow-xl': 'var(--shadow)',
  };
  return { variables: {}, light: both, dark: both };
};
