import { layerNets } from '../support/layer-nets.js';
import { testFinite } from './finite.js';

testFinite(layerNets.filter(([name]) => name.startsWith('GlobalSelfAttention')));
