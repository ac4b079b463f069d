// Speed over the last seconds: what a person wants to know is now, not the average since the start.
const WINDOW_MS = 6_000;

export class Pace {
  constructor() {
    this.samples = [];
  }

  // Bytes a second, after so many bytes have been sent.
  after(sent) {
    const now = performance.now();
    // Going back means that something was sent again: the past no longer counts.
    if (this.samples.length && sent < this.samples.at(-1)[1]) this.samples = [];
    this.samples.push([now, sent]);
    while (this.samples.length > 2 && now - this.samples[0][0] > WINDOW_MS) this.samples.shift();
    const [start, from] = this.samples[0];
    return now > start ? ((sent - from) / (now - start)) * 1000 : 0;
  }
}
