// Brings the rich editor when its field is first used, or once the page is idle; until then the plain field does.
import htmx from 'htmx.org'

const IDLE_MS = 2_000

let bundle

function load () {
  const address = document.querySelector('hd-editor')?.dataset.src
  if (address) bundle ??= import(address).catch(() => { bundle = undefined })
}

const whenIdle = self.requestIdleCallback ?? (run => setTimeout(run, 200))

function plan () {
  if (!bundle && document.querySelector('hd-editor')) whenIdle(load, { timeout: IDLE_MS })
}

document.addEventListener('focusin', event => { if (event.target.closest('hd-editor')) load() })
document.addEventListener('htmx:afterSettle', plan)
// The editor's own requests that change the conversation go the way of every other one: toast and undo included.
document.addEventListener('hd:post', event => {
  const { url, values } = event.detail
  htmx.ajax('POST', url, { source: event.target, target: '#conversation', swap: 'morph', values })
})
plan()
