import { testThroughTensors } from './through-tensors.js';

testThroughTensors('tf');
