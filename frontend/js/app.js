// htmx under a strict content policy: no eval, no injected styles or scripts, own host only.
import htmx from 'htmx.org'
import './morph.js'
import './live.js'
import './thread.js'
import './address.js'
import './list.js'
import './selection.js'
import './triage.js'
import './layers.js'
import './dialogs.js'
import './table.js'
import './commands.js'
import './lazy.js'
import './later.js'
import './clocks.js'
import './keys.js'
import './theme.js'
import './notices.js'
import './guard.js'

Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  disableInheritance: true,
  // Nothing customers wrote is left in browser storage: Back loads the page anew.
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  scrollBehavior: 'instant',
  attributesToSettle: [], // copying style attributes would break the policy
  defaultSettleDelay: 0,
  responseHandling: [
    { code: '204', swap: false },
    { code: '[23]..', swap: true },
    { code: '422', swap: true }, // an invalid form comes back with its errors
    { code: '...', swap: false, error: true },
  ],
})
