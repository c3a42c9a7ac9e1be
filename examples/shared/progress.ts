import { Presets, SingleBar } from 'cli-progress';

/** Progress of a named task on stderr with the time that it will take: a bar on a terminal, elsewhere one line when it ends. */
export class Progress {
  readonly #name: string;
  readonly #predicted: number | null;
  readonly #bar: SingleBar;
  #started = performance.now();
  #from = 0;
  #total = 0;

  /** @param predicted seconds, from an estimate; null: what is left is told by the speed so far. */
  constructor(name: string, predicted: number | null = null) {
    this.#name = name;
    this.#predicted = predicted;
    this.#bar = new SingleBar(
      {
        format: `${name.padEnd(22)} {bar} {value}/{total}  {duration_formatted} {left}  {note}`,
        ...{ clearOnComplete: true, hideCursor: true, gracefulExit: false, barsize: 30 },
      },
      Presets.shades_classic,
    );
  }

  /** @param done what an earlier run has done already. */
  start(total: number, done = 0): void {
    [this.#started, this.#from, this.#total] = [performance.now(), done, total];
    this.#bar.start(total, done, { left: this.#left(done), note: '' });
  }

  update(done: number, note = ''): void {
    this.#bar.update(done, { left: this.#left(done), note });
  }

  stop(): void {
    this.#bar.stop();
    if (!process.stderr.isTTY) console.error(`${this.#name}: ${this.#seconds().toFixed(1)} s`);
  }

  #seconds(): number {
    return (performance.now() - this.#started) / 1000;
  }

  #left(done: number): string {
    if (this.#predicted !== null) return `of about ${this.#predicted.toFixed(0)}s`;
    if (done === this.#from) return '';
    return `${duration(((this.#total - done) * this.#seconds()) / (done - this.#from))} left`;
  }
}

/** Seconds in the largest two units that they have. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${whole % 60}s`;
  return `${Math.floor(whole / 3600)}h ${Math.floor((whole % 3600) / 60)}m`;
}
