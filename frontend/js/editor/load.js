// Brings the rich editor when its field is first used, or once the page is idle; until then the plain field does.
import htmx from 'htmx.org'
import { register } from '../commands.js'
import { targets } from '../triage.js'

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
// From the palette: into the editor of the open conversation, where it can be read first; at once to rows that are picked.
register('macro', (_event, values) => {
  if (!values) return false
  const { ids } = targets()
  const editor = document.querySelector('#composer hd-editor.is-rich[data-macros-url]')
  if (editor && ids.length < 2) return editor.insertMacro(`${editor.dataset.macrosUrl}/${values.macro}`)
  if (ids.length) htmx.ajax('POST', values.url, { target: '#toasts', swap: 'beforeend', values: { ids } })
}, () => targets().ids.length > 0)
plan()
