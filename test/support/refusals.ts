/** What a call says that throws or rejects, as `name: message`. */
export async function refusal(call: () => unknown): Promise<string> {
  try {
    await call();
    return 'nothing thrown';
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

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
