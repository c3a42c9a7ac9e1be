import { defineConfig } from 'vitepress';
import { apiSidebar } from './api-sidebar.js';

const guides = [
  {
    text: 'Start',
    items: [
      { text: 'Overview', link: '/' },
      { text: 'Tutorial: distil digits', link: '/tutorial' },
      { text: 'Concepts', link: '/concepts' },
    ],
  },
  {
    text: 'How to',
    items: [
      { text: 'Build an architecture', link: '/how-to/architectures' },
      { text: "Write a layer of one's own", link: '/how-to/own-layer' },
      { text: 'Pass arrays, matrices and tensors', link: '/how-to/arrays' },
      { text: 'Use inputs of different lengths', link: '/how-to/masks' },
      { text: 'Use graphs', link: '/how-to/graphs' },
      { text: 'Compute large Gram matrices', link: '/how-to/large-gram-matrices' },
      { text: 'Predict what training does', link: '/how-to/predict' },
      { text: 'Learn hyperparameters', link: '/how-to/hyperparameters' },
      { text: 'Run in browsers', link: '/how-to/browsers' },
      { text: 'Choose a runtime', link: '/how-to/runtimes' },
      { text: 'Use CommonJS and Jest', link: '/how-to/commonjs' },
      { text: 'Choose a tfjs backend', link: '/how-to/tfjs-backends' },
      { text: 'Kernels of finite networks', link: '/how-to/monte-carlo' },
      { text: 'Train a finite network', link: '/how-to/train' },
      { text: 'Distil a data set', link: '/how-to/distil' },
      { text: 'Compare with coresets', link: '/how-to/coresets' },
      { text: 'Learn images through networks', link: '/how-to/synthesis' },
    ],
  },
  {
    text: 'Background',
    items: [
      { text: 'Glossary', link: '/glossary' },
      { text: 'Regression and distillation', link: '/regression-and-distillation' },
      { text: 'Compatibility with Neural Tangents', link: '/compatibility' },
      { text: "The papers' numbers", link: '/results' },
      { text: 'Performance', link: '/performance' },
      { text: 'Architecture', link: '/architecture' },
    ],
  },
];

export default defineConfig({
  title: 'neural-tangents',
  description: 'Exact kernels of infinitely wide neural networks in TypeScript',
  cleanUrls: true,
  head: [['link', { rel: 'icon', href: '/favicon.svg' }]],
  markdown: { math: true },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Tutorial', link: '/tutorial' },
      { text: 'Concepts', link: '/concepts' },
      { text: 'How to', link: '/how-to/architectures', activeMatch: '/how-to/' },
      { text: 'API', link: '/api/', activeMatch: '/api/' },
    ],
    sidebar: { '/': guides, '/api/': apiSidebar() },
  },
});
