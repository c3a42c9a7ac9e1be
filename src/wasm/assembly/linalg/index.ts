// Dense linear algebra on raw memory: every array is a byte address that the caller laid out, strides are in
// elements, nothing is allocated.

export { cholesky64 } from './cholesky';
export { eigen64, eigenvalues64, eigenWorkBytes } from './eigen';
export { gemm32, gemm64, gemmWorkBytes } from './gemm';
export { qrAppend64, qrWorkBytes } from './qr';
export { addScaledRows32, addScaledRows64 } from './scaled-rows';
export { selfProducts32, selfProducts64 } from './self-products';
export { solveLower64, solveUpper64 } from './triangular';
