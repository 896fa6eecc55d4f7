// Script and style of an open conversation: loaded with the first one, else as soon as the page stands.
import htmx from 'htmx.org'
import * as commands from './commands.js'
import * as live from './live.js'
import * as notices from './notices.js'
import * as triage from './triage.js'
import * as unsent from './unsent.js'

// The build makes its imports of these modules look here: there is one of each.
globalThis.hummdesk = { htmx: { htmx }, commands, live, notices, triage, unsent }

const KEPT_MS = 2_000
// What only that script does.
const NEEDS_IT = `[data-peek], [data-picture], [data-copies], [data-print], [data-look], [data-edit-subject], [data-recipients],
  [data-forward-message], [data-time-dialog], [data-retries], [data-command=sidebar], [data-command=details]`

let loaded
let isAwaited = 'conversationScript' in document.body.dataset
let kept

const openId = () => document.getElementById('conversation')?.dataset.conversationId

// What is pressed before the script is here comes once it is: the last such press, in the same conversation, and not
// when nobody expects it any more.
function keep (press) {
  kept = { press, id: openId(), until: performance.now() + KEPT_MS }
}

function deliver () {
  isAwaited = false
  if (kept && kept.id === openId() && performance.now() < kept.until) kept.press()
}

function style (href) {
  if (document.querySelector(`link[href="${href}"]`)) return
  document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href }))
}

function load () {
  const { conversationScript, conversationStyle } = document.body.dataset
  style(conversationStyle)
  loaded ??= import(conversationScript).then(deliver, () => { loaded = isAwaited = undefined })
}

document.addEventListener('click', event => {
  const element = isAwaited && !event.metaKey && !event.ctrlKey && event.target.closest(NEEDS_IT)
  if (!element) return
  event.preventDefault()
  event.stopImmediatePropagation()
  keep(() => { if (element.isConnected) element.click() })
}, { capture: true })
// From the palette; the script brings its own.
commands.register('macro', (event, values) => { keep(() => commands.run('macro', event, values)) }, () => triage.targets().ids.length > 0)
document.addEventListener('htmx:beforeRequest', event => { if (event.detail.target.id === 'conversation') load() })
addEventListener('load', load)
if (document.getElementById('composer') || document.getElementById('thread')) load()
