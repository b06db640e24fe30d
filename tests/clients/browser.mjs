// Opens a page in Chromium as a person would and prints, as JSON, what was seen:
// node browser.mjs CHROMIUM PAGE OUTPUT-FOLDER
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [executablePath, page, output] = process.argv.slice(2);
const netLog = join(output, 'net-log.json');
const browser = await chromium.launch({
  executablePath,
  headless: true,
  chromiumSandbox: false,
  args: [
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // Chromium asks its maker's hosts for updates and accounts on its own: none of that leaves.
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    `--log-net-log=${netLog}`,
  ],
});

// Runs in the page: texts that stand out too little from the ground they stand on (WCAG 1.4.3).
function faintTexts() {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = (colour) => {
    const [r, g, b] = colour
      .slice(0, 3)
      .map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const faint = [];
  for (const element of document.body.querySelectorAll('*')) {
    const text = [...element.childNodes]
      .filter((node) => node.nodeType === Node.TEXT_NODE)
      .map((node) => node.data.trim())
      .join(' ')
      .trim();
    if (!text || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const inDrawing = element.closest('svg') !== null;
    const [a, b] = [light(rgba(inDrawing ? style.fill : style.color)), light(ground(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) faint.push([text.slice(0, 60), Number(contrast.toFixed(2))]);
  }
  return faint;
}

async function colours(image) {
  const viewer = await (await browser.newContext()).newPage();
  const count = await viewer.evaluate(async (data) => {
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    canvas.drawImage(bitmap, 0, 0);
    const { data: pixels } = canvas.getImageData(0, 0, bitmap.width, bitmap.height);
    return { colours: new Set(new Uint32Array(pixels.buffer)).size, first: [...pixels.slice(0, 3)] };
  }, image.toString('base64'));
  await viewer.context().close();
  return count;
}

async function look(colorScheme) {
  const context = await browser.newContext({ colorScheme, viewport: { width: 1200, height: 900 } });
  const seen = { requests: [], console: [], errors: [], dialogs: [], anchors: [] };
  context.on('request', (request) => seen.requests.push(request.url()));
  const tab = await context.newPage();
  tab.on('console', (message) => seen.console.push(`${message.type()}: ${message.text()}`));
  tab.on('pageerror', (error) => seen.errors.push(String(error)));
  tab.on('dialog', async (dialog) => {
    seen.dialogs.push(dialog.message());
    await dialog.dismiss();
  });
  await tab.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await tab.goto(pathToFileURL(resolve(page)).href, { waitUntil: 'networkidle' });
  seen.title = await tab.title();
  seen.scripts = await tab.evaluate(() => document.scripts.length);
  seen.handlers = await tab.evaluate(
    () =>
      [...document.querySelectorAll('*')].filter((element) =>
        [...element.attributes].some(({ name }) => name.startsWith('on')),
      ).length,
  );
  seen.foreign = await tab.evaluate(
    () => document.querySelectorAll('img, iframe, object, embed, link, video, audio').length,
  );
  seen.text = await tab.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true;
    return document.body.innerText;
  });
  seen.tiles = Object.fromEntries(
    await tab.$$eval('.tile', (tiles) =>
      tiles.map((tile) => [
        tile.querySelector('dt').textContent,
        tile.querySelector('dd').textContent,
      ]),
    ),
  );
  seen.drawings = await tab.$$eval('svg', (drawings) =>
    drawings.map((drawing) => Math.round(drawing.getBoundingClientRect().height)),
  );
  seen.ids = await tab.$$eval('[id]', (elements) => elements.map((element) => element.id));
  seen.links = await tab.$$eval('a[href]', (all) => all.map((a) => a.getAttribute('href')));
  seen.faint = await tab.evaluate(faintTexts);
  const image = await tab.screenshot({ path: join(output, `${colorScheme}.png`) });
  seen.screenshot = { bytes: image.length, ...(await colours(image)) };
  for (const link of await tab.$$('nav a[href^="#"]')) {
    await tab.evaluate(() => scrollTo(0, 0));
    const href = await link.getAttribute('href');
    await link.click();
    await tab.waitForTimeout(50);
    const inView = await tab.evaluate((id) => {
      const box = document.getElementById(id)?.getBoundingClientRect();
      return Boolean(box) && box.top >= -1 && box.top < innerHeight;
    }, href.slice(1));
    seen.anchors.push([href, new URL(tab.url()).hash, inView]);
  }
  await tab.setViewportSize({ width: 360, height: 800 });
  seen.overflow = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  await tab.screenshot({ path: join(output, `${colorScheme}-narrow.png`) });
  await context.close();
  return seen;
}

const result = { version: browser.version(), light: await look('light'), dark: await look('dark') };
await browser.close();

// What the network stack itself was asked for in the page's name: requests and look-ups of hosts.
// The browser's own, for its maker's hosts, go by other names and lead nowhere.
const { constants, events } = JSON.parse(readFileSync(netLog, 'utf8'));
const wanted = ['URL_REQUEST_START_JOB', 'HOST_RESOLVER_MANAGER_REQUEST'].map((name) => {
  if (!(name in constants.logEventTypes)) throw new Error(`this net log knows no ${name}`);
  return constants.logEventTypes[name];
});
result.network = events
  .filter(({ type, params }) => wanted.includes(type) && (params?.url || params?.host))
  .filter(({ params }) =>
    (params.network_isolation_key ?? params.network_anonymization_key).startsWith('file:'),
  )
  .map(({ params }) => params.url ?? params.host);
process.stdout.write(JSON.stringify(result));
