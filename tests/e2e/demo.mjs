import { after, before } from 'node:test';
import { openBrowser, openPage } from './browser.mjs';
import { startDemo } from './weft.mjs';

/** A running demo and a browser for all tests of a file. `weft` may be put in another's place; the last one is stopped. */
export function useDemo(options) {
  const demo = {
    weft: undefined,
    browser: undefined,
    openPage: (pageOptions) => openPage(demo.browser, demo.weft.url, pageOptions),
  };
  before(async () => {
    demo.weft = await startDemo(options);
    demo.browser = await openBrowser();
  });
  after(async () => {
    await demo.browser?.close();
    await demo.weft?.stop();
  });
  return demo;
}
