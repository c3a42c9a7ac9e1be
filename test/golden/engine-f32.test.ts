import { testThroughTensors } from './through-tensors.js';

testThroughTensors('engine');
