import { Presets, SingleBar } from 'cli-progress';

/** Progress of a named task on stderr, beside the seconds it was predicted to take: a bar on a terminal, elsewhere one line when it ends. */
export class Progress {
  readonly #name: string;
  readonly #bar: SingleBar;
  readonly #started = performance.now();

  constructor(name: string, total: number, predicted: number) {
    this.#name = name;
    const format = `${name.padEnd(22)} {bar} {value}/{total}  {duration_formatted} of about ${predicted.toFixed(0)}s  {note}`;
    this.#bar = new SingleBar(
      { format, clearOnComplete: true, hideCursor: true, gracefulExit: false, barsize: 30 },
      Presets.shades_classic,
    );
    this.#bar.start(total, 0, { note: '' });
  }

  update(done: number, note = ''): void {
    this.#bar.update(done, { note });
  }

  stop(): void {
    this.#bar.stop();
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(1);
    if (!process.stderr.isTTY) console.error(`${this.#name}: ${seconds} s`);
  }
}
