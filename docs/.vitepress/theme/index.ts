import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme';
import Displacements from './Displacements.vue';
import Pipeline from './Pipeline.vue';
import './style.css';

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('Pipeline', Pipeline);
    app.component('Displacements', Displacements);
  },
} satisfies Theme;
