// Drives a real VS Code (code-server) in headless Chromium as a person would, with a screenshot of each state.
// node driver.mjs URL FOLDER OUTDIR   (playwright-core is looked up from the current folder)
import { createRequire } from 'node:module';
import path from 'node:path';
import assert from 'node:assert/strict';
import fs from 'node:fs';
const require = createRequire(path.join(process.cwd(), 'x.js'));
const { chromium } = require('playwright-core');
const [url, folder, out] = process.argv.slice(2);
fs.mkdirSync(out, { recursive: true });
const t0 = Date.now();
const step = (s) => console.log(`screen ${((Date.now() - t0) / 1000).toFixed(1)}s ok ${s}`);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
});
const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
page.setDefaultTimeout(20_000);
const shot = (n) => page.screenshot({ path: path.join(out, `${n}.png`) });
const quick = page.locator('.quick-input-widget input').first();
const rows = page.locator('.quick-input-list .monaco-list-row');

// Keys that are pressed while a webview has the focus may be lost.
const leaveWebview = () => page.evaluate(() => { if (document.activeElement?.tagName === 'IFRAME') document.activeElement.blur(); });
// Command palette: the one entry point that does not change with the layout.
async function command(title) {
  await leaveWebview();
  await page.keyboard.press('F1');
  await quick.waitFor();
  await quick.fill('>' + title);
  await rows.filter({ hasText: title }).first().click();
}
// Quick open with "file:line,column" opens and moves the cursor in one step. The row is clicked, not chosen with
// Enter: an Enter that comes while the list is still refreshing is lost.
async function open(name, at) {
  await leaveWebview();
  await page.keyboard.press('Control+Digit1');
  // Where a webview is in front there, it takes the focus some time later, and would close quick open.
  await page.waitForFunction(() => document.activeElement?.tagName === 'IFRAME' || document.activeElement?.closest('.editor-group-container'));
  await page.waitForTimeout(200);
  await leaveWebview();
  const base = name.split('/').pop();
  await page.keyboard.press('Control+KeyP');
  await quick.waitFor();
  await quick.fill(at ? `${name}:${at}` : name);
  await rows.filter({ hasText: base }).first().click();
  await page.locator(`.tab.active[data-resource-name="${base}"]`).first().waitFor();
  await quick.waitFor({ state: 'hidden' });
}
// A webview's content is in the second of two nested frames; the panels set their document's title.
async function panel(title) {
  for (const end = Date.now() + 20_000; Date.now() < end; await page.waitForTimeout(100)) {
    for (const frame of page.frames()) {
      if (await frame.evaluate((t) => document.title === t, title).catch(() => false)) return frame;
    }
  }
  throw new Error(`no panel ${title}`);
}
// What a panel shows in the present theme: text that is too faint to be read (WCAG AA, 4.5 to 1), and controls that
// a screen reader could not name.
async function readable(frame, name) {
  const bad = await frame.evaluate(() => {
    const parse = (c) => { const m = c.match(/color\(srgb ([^)]*)\)/); const n = (m ? m[1] : c).match(/[\d.]+/g).map(Number); const s = m ? 255 : 1; return { r: n[0] * s, g: n[1] * s, b: n[2] * s, a: n[3] ?? 1 }; };
    const over = (f, b) => ({ r: f.r * f.a + b.r * (1 - f.a), g: f.g * f.a + b.g * (1 - f.a), b: f.b * f.a + b.b * (1 - f.a), a: 1 });
    const light = ({ r, g, b }) => [r, g, b].map((x) => { x /= 255; return x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4; }).reduce((s, x, i) => s + x * [0.2126, 0.7152, 0.0722][i], 0);
    const root = parse(getComputedStyle(document.documentElement).getPropertyValue('--vscode-editor-background').replace(/^#(..)(..)(..)$/, (_, r, g, b) => `rgb(${parseInt(r, 16)}, ${parseInt(g, 16)}, ${parseInt(b, 16)})`));
    const behind = (e) => { const list = []; for (let x = e; x; x = x.parentElement) list.push(parse(getComputedStyle(x).backgroundColor)); return list.reverse().reduce((b, f) => over(f, b), root); };
    const out = [];
    for (const e of document.querySelectorAll('main *, #say')) {
      const text = [...e.childNodes].filter((n) => n.nodeType === 3 && n.textContent.trim()).map((n) => n.textContent.trim()).join(' ');
      if (!text || e.closest('[aria-hidden=true], .spoken')) continue;
      const back = behind(e);
      const [a, b] = [light(over(parse(getComputedStyle(e).color), back)), light(back)].sort((x, y) => y - x);
      const ratio = (a + 0.05) / (b + 0.05);
      if (ratio < 4.5) out.push(`${ratio.toFixed(1)} to 1: ${e.tagName}.${e.className} ${text.slice(0, 40)}`);
    }
    for (const e of document.querySelectorAll('main button, main [tabindex], main summary')) if (!(e.textContent.trim() || e.title || e.getAttribute('aria-label'))) out.push(`nameless: ${e.outerHTML.slice(0, 80)}`);
    return [...new Set(out)];
  });
  assert.deepEqual(bad, [], name);
}
const tree = (text) => page.locator('.pane-body .monaco-list-row', { hasText: text }).first();
const squiggle = page.locator('.monaco-editor [class*="squiggly-"]').first();

async function workbench() {
  await page.goto(`${url}/?folder=${encodeURIComponent(folder)}`);
  await page.locator('.monaco-workbench').waitFor({ timeout: 60_000 });
  await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 60_000 });
  step('workbench');
}

async function editor() {
  await open('app/deps.py', '9,42');
  await squiggle.waitFor({ state: 'attached', timeout: 60_000 });
  const item = page.locator('.statusbar-item', { hasText: 'Bearings' });
  await item.waitFor();
  assert.match(await item.getAttribute('aria-label'), /Bearings/);
  step('squiggle and status item');
  await command('Problems: Focus on Problems View');
  const row = page.locator('.markers-panel .monaco-list-row', { hasText: 'token-url-unrouted' }).first();
  await row.waitFor();
  assert.match(await row.textContent(), /\/api\/v1\/login\/token/);
  await shot('1-problems');
  step('problems');
  await page.locator('.view-line span', { hasText: '/login/token' }).last().hover();
  const card = page.locator('.monaco-hover:visible', { hasText: 'login/token' }).first();
  await card.waitFor();
  await shot('2-hover');
  step('hover');
  await page.mouse.move(700, 880);
  await page.keyboard.press('Control+KeyJ');
}

// The cards of what stands under the pointer, one of each kind.
async function cards() {
  const kinds = [
    ['operation', 'app/routes/users.py', 'read_me', '/api/v1/users/me'],
    ['dependency', 'app/deps.py', 'get_current_user', '401'],
    ['middleware', 'app/main.py', 'CORSMiddleware', 'CORSMiddleware'],
    ['include', 'app/main.py', 'include_router', '/api/v1'],
    ['key', 'app/config.py', 'secret_key', 'docker-compose.yml'],
  ];
  for (const [kind, file, text, says] of kinds) {
    await open(file);
    await page.locator('.view-line span', { hasText: text }).last().hover();
    await page.locator('.monaco-hover:visible', { hasText: says }).first().waitFor();
    await page.waitForTimeout(300);
    await shot(`2-hover-${kind}`);
    await page.mouse.move(700, 880);
    await page.locator('.monaco-hover:visible').first().waitFor({ state: 'hidden' });
  }
  step('a card for each kind');
}

// What a notification covers would not be in the picture.
async function closeToasts() {
  await command('Notifications: Clear All Notifications');
  await page.locator('.notifications-toasts.visible').waitFor({ state: 'hidden' });
}

async function map() {
  await command('Bearings: Show the Authentication Map');
  await tree('GET /api/v1/users/me').waitFor();
  assert.match(await tree('GET /api/v1/users/me').getAttribute('aria-label'), /protected/);
  assert.match(await tree('GET /health').getAttribute('aria-label'), /open/);
  await tree('GET /api/v1/users/me').locator('.monaco-tl-twistie').click();
  await tree('OAuth2PasswordBearer').waitFor();
  await open('app/routes/users.py');
  await page.locator('.codelens-decoration a', { hasText: 'get_current_user' }).first().waitFor();
  await page.mouse.move(700, 800);
  await page.waitForTimeout(400); // what was shown for the pointer goes
  await shot('3-map-and-lens');
  step('map and code lens');
}

async function explain() {
  await page.locator('.codelens-decoration a', { hasText: 'get_current_user' }).first().click();
  const it = await panel('Explain');
  await it.locator('h1', { hasText: 'GET /api/v1/users/me' }).waitFor();
  await it.locator('.way .step').nth(2).waitFor();
  await shot('4-explain-any');
  await it.locator('button.chip', { hasText: '401' }).click();
  await it.locator('h1 .status', { hasText: '401' }).waitFor();
  await it.locator('.way .hit', { hasText: 'get_current_user' }).waitFor();
  await it.locator('section.confirmed, section.hypotheses').first().waitFor();
  await shot('5-explain-401');
  await it.locator('body').evaluate(() => document.getElementById('confirmed').scrollIntoView());
  await shot('6-explain-findings');
  await readable(it, 'explain, light');
  // By keyboard alone: the answer leads to its card, a chip to another status.
  await it.locator('.answer button', { hasText: 'Evidence' }).focus();
  await page.keyboard.press('Enter');
  assert.match(await it.evaluate(() => document.activeElement.className), /card/);
  await it.locator('button.chip', { hasText: 'Any status' }).focus();
  await page.keyboard.press('Tab');
  assert.match(await it.evaluate(() => document.activeElement.textContent), /307/);
  step('explain panel, readable, by keyboard');
  await it.locator('.exits button.link', { hasText: 'app/deps.py' }).first().click();
  await page.locator('.tab.active[data-resource-name="deps.py"]').first().waitFor();
  step('a link goes to the line');
}

async function environments() {
  await command('Bearings: Compare Keys Across Environments');
  const it = await panel('Keys Across Environments');
  await it.locator('th', { hasText: 'secret_key' }).or(it.locator('th', { hasText: 'SECRET_KEY' })).first().waitFor();
  const text = await it.locator('table').first().innerText();
  assert.match(text, /empty/);
  assert.ok(!text.includes('not-a-real-key'), 'no value of a key is shown');
  await shot('7-environments');
  await readable(it, 'environments, light');
  step('environments');
}

// The questions of an input box come one after the other; each is answered once its title is there.
async function answer(title, text) {
  await page.locator('.quick-input-widget:visible', { hasText: title }).waitFor();
  await quick.fill(text);
  await page.keyboard.press('Enter');
}

async function incident() {
  await command('Bearings: Open an Incident…');
  await rows.filter({ hasText: 'GET /api/v1/users/me' }).first().click();
  await rows.filter({ hasText: '401' }).first().click();
  await answer('what is seen?', 'the token is issued, and every request is refused');
  await answer('changed just before', 'the settings were cleaned up');
  const it = await panel('Incident');
  await it.locator('h1', { hasText: 'GET /api/v1/users/me' }).waitFor();
  await it.locator('.next').waitFor();
  const status = page.locator('.statusbar-item', { hasText: '→ 401' }).first();
  await status.waitFor();
  await page.keyboard.press('Control+Digit1');
  await shot('12-incident');
  await readable(it, 'incident, light');
  await it.locator('section.confirmed button', { hasText: 'Ruled Out' }).first().click();
  await answer('because of what?', 'docker compose exec api env: the same value');
  await it.locator('section.ruled-out li').first().waitFor();
  step('incident: opened, a verdict');
  await open('app/routes/users.py', '13,1');
  await command('Add Line Comment');
  await page.locator('.statusbar-item', { hasText: 'Why?' }).waitFor();
  await it.locator('.notice', { hasText: 'no why yet' }).first().waitFor();
  await shot('13-incident-why');
  await page.locator('.statusbar-item', { hasText: 'Why?' }).locator('a').click();
  await answer('Why?', 'to see whether the guard is it');
  await it.locator('section.changes li', { hasText: 'to see whether' }).first().waitFor();
  await shot('14-incident-explained');
  step('incident: the why is asked for quietly');
  await open('app/routes/users.py', '13,1');
  await command('Remove Line Comment');
  await page.keyboard.press('Control+KeyS');
  await command('Bearings: Incident: Close…');
  await answer('what was it?', 'the container read an old key');
  await it.locator('button', { hasText: 'Open an Incident' }).waitFor();
  step('incident: closed');
}

// After the window is loaded anew the panels show what they showed.
async function reload() {
  await page.reload();
  await page.locator('.monaco-workbench').waitFor({ timeout: 60_000 });
  // VS Code writes every few seconds which tab is in front; that they are there is certain.
  await page.locator('.tab', { hasText: 'Keys Across Environments' }).first().click();
  await (await panel('Keys Across Environments')).locator('table').first().waitFor();
  await page.locator('.tab', { hasText: 'GET /api/v1/users/me → 401' }).first().click();
  await (await panel('Explain')).locator('h1 .status', { hasText: '401' }).waitFor();
  step('the panels come back after a reload');
}

async function quickFix() {
  await closeToasts();
  await open('app/deps.py', '9,42');
  await page.keyboard.press('Control+Period');
  const item = page.locator('.action-widget .monaco-list-row', { hasText: 'tokenUrl' }).first();
  await item.waitFor();
  await shot('8-quick-fix-menu');
  await item.click();
  await page.locator('.view-line', { hasText: 'api/v1/login/token' }).waitFor();
  await page.keyboard.press('Control+KeyS');
  await page.waitForFunction(() => !document.querySelector('.tab.active.dirty'));
  assert.match(fs.readFileSync(path.join(folder, 'app/deps.py'), 'utf8'), /tokenUrl="\/?api\/v1\/login\/token"/);
  await shot('9-fixed');
  step('quick fix on disk');
}

async function dark() {
  await command('Preferences: Toggle between Light/Dark Themes');
  await command('Bearings: Explain This Status');
  await rows.filter({ hasText: 'GET /api/v1/users/me' }).first().click();
  await rows.filter({ hasText: '401' }).first().click();
  await (await panel('Explain')).locator('h1 .status', { hasText: '401' }).waitFor();
  await closeToasts();
  await shot('10-explain-other-theme');
  await readable(await panel('Explain'), 'explain, dark');
  await command('Bearings: Get Started');
  await page.locator('.gettingStartedContainer', { hasText: 'Find your bearings' }).first().waitFor();
  await shot('11-walkthrough');
  await command('Bearings: Compare Keys Across Environments');
  await (await panel('Keys Across Environments')).locator('table').first().waitFor();
  await shot('15-environments-other-theme');
  await readable(await panel('Keys Across Environments'), 'environments, dark');
  step('other theme, picks, walkthrough');
}

try {
  await workbench();
  await editor();
  await cards();
  await map();
  await explain();
  await environments();
  await incident();
  await quickFix();
  await dark();
  await reload();
  console.log('screen: all passed');
} catch (e) {
  await shot('failure');
  console.log(await page.locator('.codelens-decoration').evaluateAll((x) => x.map((n) => n.outerHTML)));
  throw e;
} finally {
  await browser.close();
}
