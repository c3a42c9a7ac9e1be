/**
 * The class of ml-matrix, for whoever makes matrices; types alone come from 'ml-matrix'. In pages it is built of that package's
 * sources (`scripts/bundle-matrix.mjs`), as its CommonJS brings every decomposition along.
 */
export { Matrix } from 'ml-matrix';
