// Forms that keep nothing by themselves (data-guarded): who is about to leave one that was changed is asked first.
// The server marks one that it draws from what was typed, too.
const changed = () => document.querySelector('form[data-guarded][data-changed]')
let isSent = false

for (const type of ['input', 'change']) {
  document.addEventListener(type, ({ target }) => { target.form?.matches('[data-guarded]') && (target.form.dataset.changed = '') })
}
document.addEventListener('submit', event => { isSent ||= !event.defaultPrevented })
// What was kept leads to another page.
document.addEventListener('htmx:beforeOnLoad', ({ detail }) => { isSent ||= Boolean(detail.xhr.getResponseHeader('HX-Redirect')) })
addEventListener('beforeunload', event => { if (!isSent && changed()) event.preventDefault() })
