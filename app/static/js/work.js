/** The progress of a conversion: the step, how much of it is done, and for how long it has run. */

import { byId } from "./dom.js";
import { counted, sized } from "./format.js";

const STEPS = ["sending", "converting", "receiving"];
const WORDS = { sending: "Sending", converting: "Converting", receiving: "Receiving the result of" };
/** Progress is announced to screen readers at multiples of this. */
const ANNOUNCED_PERCENT = 25;

export class Work {
  #began = performance.now();
  #step = "";
  #timer = setInterval(() => this.#tick(), 1000);
  #announced = 0;
  #bar = byId("bar");

  /** @param {File} file @param {(words: string) => void} announce */
  constructor(file, announce) {
    this.file = file;
    this.announce = announce;
    this.uploading(0, file.size);
    this.#tick();
  }

  /** Stop the clock, and return the seconds that it took. */
  end() {
    clearInterval(this.#timer);
    return (performance.now() - this.#began) / 1000;
  }

  uploading(sent, total) {
    this.#enter("sending");
    this.#measure(Math.min(sent, total), total);
  }

  converting() {
    this.#enter("converting");
    this.#bar.removeAttribute("value");
    byId("amount").textContent = "The archive has been sent; it is converted when its turn comes.";
  }

  receiving(got, total) {
    this.#enter("receiving");
    this.#measure(got, total);
  }

  #enter(step) {
    if (step === this.#step) return;
    this.#step = step;
    this.#announced = 0;
    const words = `${WORDS[step]} ${this.file.name}`;
    byId("work-title").textContent = words;
    document.title = `${WORDS[step]} · docc2context`;
    for (const [at, name] of STEPS.entries()) {
      const item = byId(`step-${name}`);
      item.className = at < STEPS.indexOf(step) ? "done" : "";
      if (name === step) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    }
    this.announce(words);
  }

  #measure(done, total) {
    if (!total) { // of an answer that something in between compresses
      this.#bar.removeAttribute("value");
      byId("amount").textContent = sized(done);
      return;
    }
    const percent = Math.floor((100 * done) / total);
    this.#bar.value = percent;
    byId("amount").textContent = `${percent} %: ${sized(done)} of ${sized(total)}`;
    if (percent >= this.#announced + ANNOUNCED_PERCENT && percent < 100) {
      this.#announced = percent - (percent % ANNOUNCED_PERCENT);
      this.announce(`${this.#announced} percent`);
    }
  }

  #tick() {
    const seconds = Math.floor((performance.now() - this.#began) / 1000);
    byId("elapsed").textContent = seconds ? counted(seconds, "second") : "";
  }
}
