/** Colours and sizes of looks/README.md, given to Mantine. What Mantine does not know is in theme.css. */
import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

const teal: MantineColorsTuple = [
  '#e4f2f0',
  '#c9e5e2',
  '#8fcdc6',
  '#63beb5',
  '#4fb8ae',
  '#2f9e95',
  '#178279',
  '#0c6e69',
  '#0a5c58',
  '#084b48',
];
const red: MantineColorsTuple = [
  '#fde8e7',
  '#fbd0cd',
  '#f7a9a3',
  '#ff8a80',
  '#ef6a60',
  '#dd4a3f',
  '#c9362b',
  '#b42318',
  '#951c13',
  '#78160f',
];

const dark: MantineColorsTuple = [
  '#e8ecee',
  '#c6cdd1',
  '#a3adb5',
  '#98a3ab',
  '#31383d',
  '#262d32',
  '#1d2226',
  '#14181b',
  '#101316',
  '#0b0e10',
];

/** Sizes in rem, so that they follow the system's text size. 13.5 px is the body. */
/** What opens is there: nobody waits for a movement, and nothing is read while it is half there. */
const atOnce = { duration: 0 };

export const theme = createTheme({
  primaryColor: 'teal',
  primaryShade: { light: 7, dark: 4 },
  colors: { teal, red, dark },
  autoContrast: true,
  luminanceThreshold: 0.32,
  black: '#1a2226',
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace",
  fontSizes: { xs: '0.75rem', sm: '0.84375rem', md: '0.90625rem', lg: '1rem', xl: '1.25rem' },
  lineHeights: { xs: '1.35', sm: '1.4', md: '1.4', lg: '1.4', xl: '1.3' },
  headings: {
    fontWeight: '650',
    sizes: {
      h1: { fontSize: '1.25rem', lineHeight: '1.3' },
      h2: { fontSize: '0.96875rem', lineHeight: '1.35' },
      h3: { fontSize: '0.84375rem', lineHeight: '1.4' },
    },
  },
  radius: { xs: '4px', sm: '6px', md: '8px', lg: '10px', xl: '14px' },
  defaultRadius: 'md',
  shadows: {
    xs: 'none',
    sm: 'none',
    md: '0 8px 28px rgba(10, 25, 25, 0.16)',
    lg: '0 12px 40px rgba(10, 25, 25, 0.2)',
    xl: '0 18px 60px rgba(10, 25, 25, 0.24)',
  },
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  components: {
    Button: { defaultProps: { size: 'sm' }, styles: { label: { fontWeight: 600 } } },
    TextInput: { defaultProps: { size: 'sm' } },
    PasswordInput: { defaultProps: { size: 'sm' } },
    Modal: {
      defaultProps: {
        centered: true,
        radius: 'lg',
        overlayProps: { backgroundOpacity: 0.35 },
        transitionProps: atOnce,
      },
    },
    Drawer: { defaultProps: { transitionProps: atOnce } },
    Popover: { defaultProps: { transitionProps: atOnce } },
    // the first item takes the focus, not an empty element that a menu may not hold
    Menu: { defaultProps: { withInitialFocusPlaceholder: false, transitionProps: atOnce } },
    Table: { defaultProps: { verticalSpacing: 8, horizontalSpacing: 14 } },
    Tooltip: { defaultProps: { openDelay: 400 } },
  },
});

/** Mantine's own variables follow ours, so that both themes are decided in theme.css alone. */
export const cssVariablesResolver: CSSVariablesResolver = () => {
  const ours = {
    '--mantine-color-body': 'var(--ck-card)',
    '--mantine-color-text': 'var(--ck-text)',
    '--mantine-color-dimmed': 'var(--ck-dim)',
    '--mantine-color-placeholder': 'var(--ck-faint)',
    '--mantine-color-anchor': 'var(--ck-accent)',
    '--mantine-color-error': 'var(--ck-danger)',
    '--mantine-color-default': 'var(--ck-card)',
    '--mantine-color-default-hover': 'var(--ck-hover)',
    '--mantine-color-default-color': 'var(--ck-text)',
    '--mantine-color-default-border': 'var(--ck-line)',
    '--mantine-color-disabled': 'var(--ck-hover)',
    '--mantine-color-disabled-color': 'var(--ck-dim)',
    '--mantine-color-disabled-border': 'var(--ck-line)',
  };
  return { variables: {}, light: ours, dark: ours };
};
