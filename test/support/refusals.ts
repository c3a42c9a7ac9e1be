/** What each call says that throws, as `name: message`. */
export function refusals(calls: readonly (() => unknown)[]): string[] {
  return calls.map((call) => {
    try {
      call();
      return 'nothing thrown';
    } catch (error) {
      return `${(error as Error).name}: ${(error as Error).message}`;
    }
  });
}
