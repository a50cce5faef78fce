/** Hands that have no mouse: whatever the journey presses, ticks or fills is first reached by Tab, and arrows within a group. */

const FARTHEST = 400;

/** Let every locator of this page act by the keyboard alone from now on, until the answer is called. */
export function byKeyboard(page) {
  const locators = Object.getPrototypeOf(page.locator("body"));
  const { click, check, fill, selectOption } = locators;

  /** Move the focus to an element as somebody would who cannot see where it is. */
  async function reach(locator) {
    await locator.waitFor({ state: "attached" });
    const element = await locator.elementHandle();
    const where = () =>
      element.evaluate((wanted) => {
        const at = document.activeElement;
        if (at === wanted) return "here";
        return wanted.type === "radio" && at?.type === "radio" && at.name === wanted.name ? "in its group" : "elsewhere";
      });
    const { keyboard } = locator.page();
    for (let presses = 0; presses < FARTHEST; presses += 1) {
      const place = await where();
      if (place === "here") return element;
      await keyboard.press(place === "elsewhere" ? "Tab" : "ArrowDown");
    }
    throw new Error(`The keyboard does not come to ${String(locator)}`);
  }

  Object.assign(locators, {
    async click() {
      const element = await reach(this);
      const toggled = await element.evaluate((each) => each.matches("input[type=radio], input[type=checkbox]"));
      await this.page().keyboard.press(toggled ? "Space" : "Enter");
    },
    async check() {
      const element = await reach(this);
      if (!(await element.isChecked())) await this.page().keyboard.press("Space");
    },
    async fill(value) {
      await reach(this);
      await fill.call(this, value);
    },
    async selectOption(values) {
      await reach(this);
      return selectOption.call(this, values);
    },
  });
  return () => Object.assign(locators, { click, check, fill, selectOption });
}
