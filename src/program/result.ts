/** A covariance of the result. NNGP and NTK are over pairs of samples, cov1 and cov2 over each sample itself. */
export type CovarianceField = 'nngp' | 'ntk' | 'cov1' | 'cov2';

/** Between which positions: any two, or each and itself alone. */
export type Positions = 'all' | 'equal';
