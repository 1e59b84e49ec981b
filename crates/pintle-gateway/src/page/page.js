// The page of the gateway: a table of objects that follows the cluster, one object's YAML, events and
// logs, and a picture of the cluster over time. Everything comes from the gateway that serves it.

const byId = (id) => document.getElementById(id);
const state = { kinds: [], kind: null, columns: [], rows: new Map(), shown: [], chosen: null, tab: 'yaml' };
const ROW = 26;
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

// ---- Asking the gateway

class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function ask(path, { accept = 'application/json', signal } = {}) {
  const headers = { accept };
  const token = sessionStorage.getItem('token');
  if (token) headers.authorization = `Bearer ${token}`;
  const answer = await fetch(path, { headers, signal, cache: 'no-store' });
  if (answer.status === 401) {
    await login();
    return ask(path, { accept, signal });
  }
  if (!answer.ok) {
    const text = await answer.text();
    let message = text;
    try { message = JSON.parse(text).message; } catch { /* not a Status */ }
    throw new Refused(answer.status, message || answer.statusText);
  }
  return answer;
}

const json = async (path, options) => (await ask(path, options)).json();

let waiting = null;
function login() {
  waiting ??= new Promise((resolve) => {
    const dialog = byId('login');
    dialog.showModal();
    dialog.addEventListener('close', () => {
      sessionStorage.setItem('token', byId('token').value.trim());
      byId('token').value = '';
      waiting = null;
      resolve();
    }, { once: true });
  });
  return waiting;
}

// Lines of an answer as they come.
async function* lines(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const parts = (rest + value).split('\n');
    rest = parts.pop();
    yield* parts;
  }
  if (rest) yield rest;
}

const pause = (ms, signal) => new Promise((resolve, reject) => {
  const timer = setTimeout(resolve, ms);
  signal?.addEventListener('abort', () => { clearTimeout(timer); reject(signal.reason); });
});

// Follows a resource: `start` gets a whole list, `change` each event. Begins anew when it must.
async function follow(path, accept, signal, start, change) {
  let delay = 500;
  while (!signal.aborted) {
    try {
      let version;
      const items = [];
      let next = '';
      do {
        const page = await json(`${path}limit=2000&continue=${encodeURIComponent(next)}`, { accept, signal });
        version = page.metadata.resourceVersion;
        next = page.metadata.continue || '';
        items.push(page);
      } while (next);
      start(items);
      delay = 500;
      for (;;) {
        const watch = `${path}watch=true&allowWatchBookmarks=true&resourceVersion=${version}`;
        const answer = await ask(watch, { accept, signal });
        connection(true);
        for await (const line of lines(answer)) {
          if (!line) continue;
          const event = JSON.parse(line);
          if (event.type === 'ERROR') throw new Refused(event.object.code, event.object.message);
          const object = event.object.kind === 'Table' ? event.object.rows?.[0]?.object : event.object;
          version = object?.metadata?.resourceVersion || version;
          if (event.type !== 'BOOKMARK') change(event);
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error.status !== 410) {
        connection(false, error.message);
        await pause(delay, signal).catch(() => {});
        delay = Math.min(delay * 2, 10000);
      }
    }
  }
}

function connection(alive, message) {
  state.lost = alive ? null : message || 'the connection is lost';
  say();
}

function say() {
  const place = byId('state');
  place.classList.toggle('lost', Boolean(state.lost));
  const total = state.rows.size;
  const counted = state.shown.length === total ? `${total}` : `${state.shown.length} of ${total}`;
  const text = state.lost ?? `${counted} ${state.kind?.plural ?? ''}, live`;
  if (place.textContent !== text) place.textContent = text;
}

// ---- What there is to look at

async function discover() {
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
  const roots = await Promise.all(['/api', '/apis'].map((path) => json(path, { accept })));
  const seen = new Set();
  for (const root of roots) {
    for (const group of root.items ?? []) {
      const name = group.metadata?.name ?? '';
      for (const version of group.versions) {
        for (const resource of version.resources ?? []) {
          const key = `${resource.resource}.${name}`;
          const verbs = resource.verbs ?? [];
          if (seen.has(key) || !verbs.includes('list') || !verbs.includes('watch')) continue;
          seen.add(key);
          state.kinds.push({
            key: name ? key : resource.resource,
            plural: resource.resource,
            kind: resource.responseKind.kind,
            base: name ? `/apis/${name}/${version.version}` : `/api/${version.version}`,
            namespaced: resource.scope === 'Namespaced',
          });
        }
      }
    }
  }
  const first = ['pods', 'deployments.apps', 'statefulsets.apps', 'daemonsets.apps', 'services', 'nodes', 'namespaces', 'events'];
  const rank = (kind) => {
    const at = first.indexOf(kind.key);
    return at < 0 ? first.length : at;
  };
  state.kinds.sort((a, b) => rank(a) - rank(b) || a.key.localeCompare(b.key));
  fill(byId('kind'), state.kinds.map((kind) => [kind.key, kind.key]));
}

function fill(select, options) {
  const value = select.value;
  select.replaceChildren(...options.map(([key, text]) => {
    const option = document.createElement('option');
    option.value = key;
    option.textContent = text;
    return option;
  }));
  if (options.some(([key]) => key === value)) select.value = value;
}

function followNamespaces() {
  const names = new Set();
  const show = () => fill(byId('namespace'), [['', 'all'], ...[...names].sort().map((name) => [name, name])]);
  follow('/api/v1/namespaces?', 'application/json', new AbortController().signal,
    (pages) => {
      names.clear();
      for (const page of pages) for (const item of page.items) names.add(item.metadata.name);
      show();
      byId('namespace').value = choice().namespace;
    },
    ({ type, object }) => {
      if (type === 'DELETED') names.delete(object.metadata.name);
      else if (names.has(object.metadata.name)) return;
      else names.add(object.metadata.name);
      show();
    });
}

// ---- The choice, which the address keeps

function choice() {
  const parameters = new URLSearchParams(location.hash.slice(1));
  const get = (name) => parameters.get(name) ?? '';
  return { kind: get('kind') || 'pods', namespace: get('namespace'), labels: get('labels'), name: get('name') };
}

function choose(change) {
  const next = { ...choice(), ...change };
  const parameters = new URLSearchParams(Object.entries(next).filter(([, value]) => value));
  history.replaceState(null, '', `#${parameters}`);
  load();
}

let following = null;
function load() {
  const { kind, namespace, labels, name } = choice();
  byId('kind').value = kind;
  byId('namespace').value = namespace;
  for (const [id, value] of [['labels', labels], ['name', name]]) {
    if (document.activeElement !== byId(id)) byId(id).value = value;
  }
  state.filter = name.toLowerCase();
  const key = JSON.stringify([kind, namespace, labels]);
  if (key === state.following) return schedule(true);
  state.following = key;
  state.kind = state.kinds.find((found) => found.key === kind) ?? state.kinds[0];
  state.rows.clear();
  state.columns = [];
  schedule(true);
  following?.abort();
  following = new AbortController();
  if (!state.kind) return;
  const place = namespace && state.kind.namespaced ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const selector = labels ? `labelSelector=${encodeURIComponent(labels)}&` : '';
  const path = `${state.kind.base}${place}/${state.kind.plural}?${selector}`;
  follow(path, TABLE, following.signal,
    (pages) => {
      state.rows.clear();
      for (const page of pages) takeTable(page, false);
      schedule(true);
    },
    ({ type, object }) => {
      if (type === 'DELETED') for (const row of tableRows(object)) state.rows.delete(row.key);
      else takeTable(object, true);
      schedule(true);
    });
}

function tableRows(table) {
  const rows = table.kind === 'Table' ? table.rows ?? []
    : (table.items ?? [table]).map((object) => ({ cells: [object.metadata.name, object.metadata.creationTimestamp], object }));
  return rows.map(({ cells, object }) => {
    const { namespace = '', name, creationTimestamp, uid } = object.metadata;
    return { key: `${namespace}/${name}`, namespace, name, uid, created: Date.parse(creationTimestamp), cells };
  });
}

function takeTable(table, fresh) {
  if (table.columnDefinitions?.length) {
    state.columns = table.columnDefinitions.map(({ name, priority }) => ({ name, hidden: priority > 0 }));
  } else if (!state.columns.length && table.kind !== 'Table') {
    state.columns = [{ name: 'Name' }, { name: 'Created' }];
  }
  const now = performance.now();
  for (const row of tableRows(table)) {
    row.fresh = fresh ? now : 0;
    state.rows.set(row.key, row);
  }
}

// ---- The table: only the rows in view are in the document

let scheduled = false;
let stale = false;
function schedule(changed) {
  stale ||= changed;
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    if (stale) arrange();
    stale = false;
    draw();
  });
}

function arrange() {
  const wanted = (row) => !state.filter || row.name.toLowerCase().includes(state.filter);
  state.shown = [...state.rows.values()].filter(wanted);
  state.shown.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const visible = state.columns.map((column, index) => ({ ...column, index })).filter((column) => !column.hidden);
  const withNamespace = state.kind?.namespaced && !choice().namespace;
  state.visible = withNamespace ? [{ name: 'Namespace', index: -1 }, ...visible] : visible;
  // Widths by what is there, so that columns stand still while one scrolls.
  const sample = state.shown.length > 400 ? state.shown.filter((_, index) => index % Math.ceil(state.shown.length / 400) === 0) : state.shown;
  const widths = state.visible.map((column) => {
    const longest = sample.reduce((most, row) => Math.max(most, String(cell(row, column)).length), column.name.length);
    return `minmax(${Math.min(longest, 60) + 3}ch, ${column.index === 0 ? '2fr' : '1fr'})`;
  });
  const columns = widths.join(' ');
  if (columns !== state.template) {
    state.template = columns;
    byId('table').style.setProperty('--columns', columns);
  }
  const heads = state.visible.map((column) => column.name).join('|');
  if (heads !== state.heads) {
    state.heads = heads;
    const row = element('div', { role: 'row', class: 'row' });
    row.append(...state.visible.map((column) => element('div', { role: 'columnheader' }, column.name)));
    byId('head').replaceChildren(row);
  }
  byId('spacer').style.height = `${state.shown.length * ROW}px`;
  byId('table').setAttribute('aria-rowcount', state.shown.length + 1);
  byId('empty').hidden = state.shown.length > 0 || !state.columns.length;
  say();
}

function cell(row, column) {
  if (column.index < 0) return row.namespace;
  if (column.name === 'Age' && row.created) return age(Date.now() - row.created);
  const value = row.cells[column.index];
  return value ?? '<none>';
}

// As kubectl writes how long ago something was.
function age(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const m = Math.floor(s / 60);
  const h = Math.floor(m / 60);
  const d = Math.floor(h / 24);
  const both = (big, unit, small, other) => (small ? `${big}${unit}${small}${other}` : `${big}${unit}`);
  if (s < 120) return `${s}s`;
  if (m < 10) return both(m, 'm', s % 60, 's');
  if (h < 3) return `${m}m`;
  if (h < 8) return both(h, 'h', m % 60, 'm');
  if (h < 48) return `${h}h`;
  if (d < 8) return both(d, 'd', h % 24, 'h');
  if (d < 730) return `${d}d`;
  return both(Math.floor(d / 365), 'y', d % 365, 'd');
}

function element(name, attributes = {}, text) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

const drawn = new Map();
function draw() {
  const table = byId('table');
  const body = byId('body');
  const top = Math.max(0, Math.floor(table.scrollTop / ROW) - 8);
  const bottom = Math.min(state.shown.length, top + Math.ceil(table.clientHeight / ROW) + 16);
  const now = performance.now();
  const keep = new Set();
  for (let at = top; at < bottom; at += 1) {
    const row = state.shown[at];
    keep.add(row.key);
    let line = drawn.get(row.key);
    if (!line) {
      line = element('div', { role: 'row', class: 'row', id: `row-${row.key}` });
      line.dataset.key = row.key;
      drawn.set(row.key, line);
      body.append(line);
    }
    while (line.children.length < state.visible.length) line.append(element('div', { role: 'gridcell' }));
    while (line.children.length > state.visible.length) line.lastChild.remove();
    state.visible.forEach((column, index) => {
      const text = String(cell(row, column));
      const place = line.children[index];
      if (place.textContent !== text) {
        place.textContent = text;
        place.title = text.length > 40 ? text : '';
        place.className = ['Status', 'Phase'].includes(column.name) ? text.split(/[^A-Za-z]/)[0] : '';
      }
    });
    line.style.transform = `translateY(${at * ROW}px)`;
    line.style.top = '0';
    line.setAttribute('aria-rowindex', at + 2);
    line.setAttribute('aria-selected', row.key === state.cursor);
    const fresh = row.fresh && now - row.fresh < 900;
    line.classList.toggle('fresh', Boolean(fresh));
    if (fresh) setTimeout(() => schedule(false), 950);
  }
  for (const [key, line] of drawn) {
    if (!keep.has(key)) {
      line.remove();
      drawn.delete(key);
    }
  }
  if (state.cursor && drawn.has(state.cursor)) table.setAttribute('aria-activedescendant', `row-${state.cursor}`);
  else table.removeAttribute('aria-activedescendant');
}

function move(by) {
  if (!state.shown.length) return;
  const at = state.shown.findIndex((row) => row.key === state.cursor);
  const next = at < 0 ? (by > 0 ? 0 : state.shown.length - 1) : Math.min(state.shown.length - 1, Math.max(0, at + by));
  state.cursor = state.shown[next].key;
  const table = byId('table');
  const above = next * ROW;
  const room = table.clientHeight - 2 * ROW;
  if (above < table.scrollTop) table.scrollTop = above;
  else if (above > table.scrollTop + room) table.scrollTop = above - room;
  schedule(false);
}

// ---- One object

let showing = null;
function open(key) {
  const row = state.rows.get(key);
  if (!row) return;
  state.cursor = key;
  state.chosen = { ...row, of: state.kind };
  byId('detail').hidden = false;
  byId('title').textContent = `${state.kind.kind} ${row.namespace ? `${row.namespace}/` : ''}${row.name}`;
  byId('tab-logs').hidden = state.kind.key !== 'pods';
  if (state.tab === 'logs' && byId('tab-logs').hidden) state.tab = 'yaml';
  show(state.tab);
  schedule(true);
}

function shut() {
  showing?.abort();
  state.chosen = null;
  byId('detail').hidden = true;
  byId('table').focus();
  schedule(true);
}

async function show(tab) {
  state.tab = tab;
  for (const name of ['yaml', 'events', 'logs']) {
    const button = byId(`tab-${name}`);
    button.setAttribute('aria-selected', name === tab);
    button.tabIndex = name === tab ? 0 : -1;
  }
  const panel = byId('panel');
  panel.setAttribute('aria-labelledby', `tab-${tab}`);
  panel.textContent = '';
  byId('container-choice').hidden = tab !== 'logs';
  showing?.abort();
  showing = new AbortController();
  const { signal } = showing;
  const { of, namespace, name, uid } = state.chosen;
  const place = namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const object = `${of.base}${place}/${of.plural}/${encodeURIComponent(name)}`;
  try {
    if (tab === 'yaml') {
      // The server writes YAML itself; without it, JSON is YAML too.
      const answer = await ask(object, { accept: 'application/yaml,application/json', signal });
      const text = await answer.text();
      panel.textContent = answer.headers.get('content-type')?.includes('yaml') ? withoutManagedFields(text) : JSON.stringify(JSON.parse(text), null, 2);
    } else if (tab === 'events') {
      await showEvents(uid, place, panel, signal);
    } else {
      await showLogs(object, panel, signal);
    }
  } catch (error) {
    if (!signal.aborted) panel.textContent = error.message;
  }
}

function withoutManagedFields(yaml) {
  const kept = [];
  let skipping = false;
  for (const line of yaml.split('\n')) {
    if (/^ {2}managedFields:/.test(line)) {
      skipping = true;
      continue;
    }
    if (skipping && /^ {2}(- | {2}|$)/.test(line)) continue;
    skipping = false;
    kept.push(line);
  }
  return kept.join('\n');
}

async function showEvents(uid, place, panel, signal) {
  const selector = encodeURIComponent(`involvedObject.uid=${uid}`);
  const list = await json(`/api/v1${place}/events?fieldSelector=${selector}`, { signal });
  const line = (event) => {
    const when = Date.parse(event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp);
    // Of one second, the order is that in which the server took them.
    return [when, Number(event.metadata.resourceVersion), `${age(Date.now() - when).padEnd(8)}${event.type.padEnd(9)}${event.reason.padEnd(20)} ${event.message}`];
  };
  const found = list.items.map(line).sort(([a, x], [b, y]) => b - a || y - x);
  panel.textContent = found.map(([, , text]) => text).join('\n') || 'No events.';
}

async function showLogs(object, panel, signal) {
  const pod = await json(object, { signal });
  const names = [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])].map(({ name }) => name);
  fill(byId('container'), names.map((name) => [name, name]));
  const container = encodeURIComponent(byId('container').value);
  const answer = await ask(`${object}/log?follow=true&tailLines=500&container=${container}`, { accept: '*/*', signal });
  const kept = [];
  for await (const line of lines(answer)) {
    kept.push(line);
    if (kept.length > 5000) kept.splice(0, 1000);
    const atEnd = panel.scrollTop + panel.clientHeight >= panel.scrollHeight - 30;
    panel.textContent = kept.join('\n');
    if (atEnd) panel.scrollTop = panel.scrollHeight;
  }
  if (!kept.length) panel.textContent = 'The container has written nothing.';
}

// ---- The picture: what pods do, second by second

const PHASES = ['Running', 'Pending', 'Succeeded', 'Failed', 'Unknown'];
const SECONDS = 120;
function followPods() {
  const pods = new Map();
  let changes = 0;
  const counts = [];
  const rates = [];
  const phase = (pod) => (PHASES.includes(pod.status?.phase) ? pod.status.phase : 'Unknown');
  follow('/api/v1/pods?', 'application/json', new AbortController().signal,
    (pages) => {
      pods.clear();
      for (const page of pages) for (const pod of page.items) pods.set(pod.metadata.uid, phase(pod));
    },
    ({ type, object }) => {
      changes += 1;
      if (type === 'DELETED') pods.delete(object.metadata.uid);
      else pods.set(object.metadata.uid, phase(object));
    });
  setInterval(() => {
    const count = Object.fromEntries(PHASES.map((name) => [name, 0]));
    for (const name of pods.values()) count[name] += 1;
    counts.push(count);
    rates.push(changes);
    changes = 0;
    for (const all of [counts, rates]) if (all.length > SECONDS) all.shift();
    const present = PHASES.filter((name) => count[name]);
    byId('phases').replaceChildren(...(present.length ? present.flatMap((name) => {
      const text = element('b', { class: name }, `${count[name]} ${name}`);
      return [text, ' '];
    }) : ['none']));
    byId('rate').textContent = rates.at(-1);
    const total = (one) => PHASES.reduce((sum, name) => sum + one[name], 0);
    const most = Math.max(1, ...counts.map(total));
    bars(byId('phase-chart'), counts.map((one) => PHASES.map((name) => [name, one[name] / most])));
    const fastest = Math.max(1, ...rates);
    bars(byId('rate-chart'), rates.map((one) => [['changes', one / fastest]]));
    schedule(false);
  }, 1000);
}

function bars(chart, columns) {
  const width = 600 / SECONDS;
  const parts = [];
  columns.forEach((stack, index) => {
    let top = 60;
    for (const [name, share] of stack) {
      if (!share) continue;
      const height = share * 56;
      top -= height;
      const x = 600 - (columns.length - index) * width;
      const bar = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
      for (const [key, value] of Object.entries({ x, y: top, width: width - 0.6, height, class: name })) bar.setAttribute(key, value);
      parts.push(bar);
    }
  });
  chart.replaceChildren(...parts);
}

// ---- Hands

const typing = (target) => ['INPUT', 'SELECT', 'TEXTAREA'].includes(target.tagName);
function later(change) {
  let timer;
  return (event) => {
    clearTimeout(timer);
    timer = setTimeout(() => change(event.target.value.trim()), 150);
  };
}

byId('choice').addEventListener('submit', (event) => event.preventDefault());
byId('kind').addEventListener('change', (event) => choose({ kind: event.target.value }));
byId('namespace').addEventListener('change', (event) => choose({ namespace: event.target.value }));
byId('labels').addEventListener('input', later((labels) => choose({ labels })));
byId('name').addEventListener('input', later((name) => choose({ name })));
byId('container').addEventListener('change', () => show('logs'));
byId('close').addEventListener('click', shut);
byId('table').addEventListener('scroll', () => schedule(false), { passive: true });
byId('body').addEventListener('click', (event) => {
  const line = event.target.closest('.row');
  if (line) open(line.dataset.key);
});
for (const name of ['yaml', 'events', 'logs']) byId(`tab-${name}`).addEventListener('click', () => show(name));
document.querySelector('[role=tablist]').addEventListener('keydown', (event) => {
  const tabs = ['yaml', 'events', 'logs'].filter((name) => !byId(`tab-${name}`).hidden);
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by) return;
  const next = tabs[(tabs.indexOf(state.tab) + by + tabs.length) % tabs.length];
  show(next);
  byId(`tab-${next}`).focus();
});
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || byId('login').open) return;
  if (event.key === 'Escape') return typing(event.target) ? event.target.blur() : shut();
  if (typing(event.target)) return undefined;
  const field = { '/': 'name', k: 'kind', n: 'namespace', l: 'labels' }[event.key];
  if (field) {
    event.preventDefault();
    return byId(field).focus();
  }
  if (event.target.closest('#detail')) return undefined;
  const page = Math.max(1, Math.floor(byId('table').clientHeight / ROW) - 2);
  const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -1e9, End: 1e9 }[event.key];
  if (by) {
    event.preventDefault();
    return move(by);
  }
  if (event.key === 'Enter' && state.cursor && event.target.tagName !== 'BUTTON') open(state.cursor);
  return undefined;
});
addEventListener('resize', () => schedule(false));
addEventListener('hashchange', load);

try {
  await discover();
  load();
  followNamespaces();
  followPods();
} catch (error) {
  connection(false, error.message);
}
