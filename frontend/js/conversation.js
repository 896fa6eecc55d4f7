// What an open conversation needs besides app.js, which has loaded this.
import './message.js'
import './mail-pages.js'
import './panels.js'
import './presence.js'
import './composer/composer.js'
import './editor/load.js'

// For tests: now every key and button does what it says.
document.body.dataset.whole = ''
