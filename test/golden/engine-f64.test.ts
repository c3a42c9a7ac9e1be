import { testThroughGram } from './through-gram.js';

testThroughGram('float64');
