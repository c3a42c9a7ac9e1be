import { readFileSync, writeFileSync } from 'node:fs';

/** Starts counting this process's peak memory afresh, where the system can (Linux), and gives the bytes held now. */
export function resetPeak(): number {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Elsewhere the peak counts from the process's start.
  }
  return process.memoryUsage().rss;
}

/** The most bytes that this process held since `resetPeak`. */
export function peakBytes(): number {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    return 1024 * Number(/VmHWM:\s*(\d+) kB/.exec(status)![1]);
  } catch {
    return 1024 * process.resourceUsage().maxRSS;
  }
}
