import { Presets, SingleBar } from 'cli-progress';

/** A bar on stderr for a task of known length; nothing where there is no terminal to draw on. */
export class Progress {
  private readonly bar: SingleBar;

  constructor(name: string, total: number) {
    this.bar = new SingleBar(
      {
        format: `${name.padEnd(24)} {bar} {value}/{total}  {eta_formatted}  {note}`,
        clearOnComplete: true,
        hideCursor: true,
        gracefulExit: false,
      },
      Presets.shades_classic,
    );
    this.bar.start(total, 0, { note: '' });
  }

  update(done: number, note = ''): void {
    this.bar.update(done, { note });
  }

  stop(): void {
    this.bar.stop();
  }
}
