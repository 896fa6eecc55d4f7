var{notify:o}=globalThis.hummdesk.notices;document.addEventListener("click",async({target:e})=>{let t=e.closest("[data-copy]");t&&(await navigator.clipboard?.writeText(t.dataset.copy),o("copied"))});
